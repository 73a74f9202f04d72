//! Scaled dot-product attention of one text after another.
//!
//! The gradient computes the shares again from queries and keys: for texts that is less work than
//! to write and read them, and takes no memory between.

#![allow(clippy::inline_always, reason = "only inlined code gets the registers of its caller")]

use super::super::loops::{dot, widest};
use super::super::softmax::{seen, soften};
use super::dropping::Dropping;
use super::matrix::{Matrix, MatrixMut, Old, multiply};
use super::rows::Part;

/// How attention attends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attention {
    pub heads: usize,
    /// `heads` times the size of a head.
    pub width: usize,
    /// How far a token sees to either side, if not everywhere.
    pub reach: Option<usize>,
    /// Of shares.
    pub dropping: Option<Dropping>,
}

/// One head of one text.
struct Head<'a> {
    /// Queries, keys and values of the text: `[length, 3 * width]`.
    joint: &'a [f32],
    length: usize,
    /// The text's first token in the batch.
    first: usize,
    at: usize,
}

impl Attention {
    fn size(&self) -> usize {
        self.width / self.heads
    }

    /// Columns of part `part` (0 for queries, 1 for keys, 2 for values) of a head.
    fn column(&self, part: usize, head: usize) -> usize {
        part * self.width + head * self.size()
    }

    /// Queries, keys or values of a head.
    fn part<'a>(&self, head: &Head<'a>, part: usize) -> Matrix<'a> {
        let values = &head.joint[self.column(part, head.at)..];
        Matrix::new(values, head.length, self.size(), 3 * self.width)
    }

    /// Shares of a head before dropout, `[length, length]`.
    fn shares(&self, head: &Head<'_>, shares: &mut [f32]) {
        let length = head.length;
        let mut scores = MatrixMut::new(shares, length, length, length);
        multiply(&mut scores, Old::Replaced, self.part(head, 0), self.part(head, 1).transposed());
        let scale = (self.size() as f32).sqrt().recip();
        widest(
            #[inline(always)]
            || {
                for (asking, row) in shares.chunks_exact_mut(length).enumerate() {
                    soften(row, seen(asking, length, self.reach), scale);
                }
            },
        );
    }

    /// Drops what dropout drops of a head's shares, or of their gradient.
    fn drop(&self, head: &Head<'_>, shares: &mut [f32]) {
        if let Some(dropping) = &self.dropping {
            widest(
                #[inline(always)]
                || {
                    for (asking, row) in shares.chunks_exact_mut(head.length).enumerate() {
                        let row_of_all = (head.first + asking) * self.heads + head.at;
                        dropping.row(row_of_all as u64).apply(row);
                    }
                },
            );
        }
    }

    /// Attends for the texts of a part: `joint` is `[tokens, 3 * width]`, `mixed` `[tokens, width]`.
    pub fn forward(&self, part: &Part, joint: &[f32], mixed: &mut [f32]) {
        let width = self.width;
        let mut room = room(part);
        for row in part.rows() {
            let length = row.len();
            let joint = &joint[row.start * 3 * width..row.end * 3 * width];
            let mixed = &mut mixed[row.start * width..row.end * width];
            let shares = &mut room[..length * length];
            for at in 0..if length == 0 { 0 } else { self.heads } {
                let head = Head { joint, length, first: part.tokens.start + row.start, at };
                self.shares(&head, shares);
                self.drop(&head, shares);
                let out = &mut mixed[at * self.size()..];
                multiply(
                    &mut MatrixMut::new(out, length, self.size(), width),
                    Old::Replaced,
                    Matrix::new(shares, length, length, length),
                    self.part(&head, 2),
                );
            }
        }
    }

    /// The gradient of `joint` from that of `mixed`.
    pub fn backward(&self, part: &Part, joint: &[f32], of_mixed: &[f32], of_joint: &mut [f32]) {
        let (width, size) = (self.width, self.size());
        let (mut plain, mut dropped, mut of_shares) = (room(part), room(part), room(part));
        for row in part.rows() {
            let length = row.len();
            let joint = &joint[row.start * 3 * width..row.end * 3 * width];
            let of_mixed = &of_mixed[row.start * width..row.end * width];
            let of_joint = &mut of_joint[row.start * 3 * width..row.end * 3 * width];
            let plain = &mut plain[..length * length];
            let dropped = &mut dropped[..length * length];
            let of_shares = &mut of_shares[..length * length];
            for at in 0..if length == 0 { 0 } else { self.heads } {
                let head = Head { joint, length, first: part.tokens.start + row.start, at };
                let square = |values| Matrix::new(values, length, length, length);
                let of_mixed = Matrix::new(&of_mixed[at * size..], length, size, width);
                let mut write = |part: usize, left: Matrix<'_>, right: Matrix<'_>| {
                    let out = &mut of_joint[self.column(part, at)..];
                    let mut out = MatrixMut::new(out, length, size, 3 * width);
                    multiply(&mut out, Old::Replaced, left, right);
                };
                self.shares(&head, plain);
                dropped.copy_from_slice(plain);
                self.drop(&head, dropped);
                write(2, square(dropped).transposed(), of_mixed);

                let mut out = MatrixMut::new(of_shares, length, length, length);
                multiply(&mut out, Old::Replaced, of_mixed, self.part(&head, 2).transposed());
                self.drop(&head, of_shares);
                self.through_softmax(plain, of_shares, length);
                write(0, square(of_shares), self.part(&head, 1));
                write(1, square(of_shares).transposed(), self.part(&head, 0));
            }
        }
    }

    /// Turns the gradient of shares into that of scores.
    fn through_softmax(&self, shares: &[f32], gradient: &mut [f32], length: usize) {
        let scale = (self.size() as f32).sqrt().recip();
        widest(
            #[inline(always)]
            || {
                let rows = shares.chunks_exact(length).zip(gradient.chunks_exact_mut(length));
                for (shares, gradient) in rows {
                    let mean = dot(shares, gradient);
                    for (g, share) in gradient.iter_mut().zip(shares) {
                        *g = share * (*g - mean) * scale;
                    }
                }
            },
        );
    }
}

/// Room for the shares of a head of the part's longest text.
fn room(part: &Part) -> Vec<f32> {
    let longest = part.lengths.iter().max().copied().unwrap_or(0);
    vec![0.0; longest * longest]
}
