//! The best candidates of every question in every setting, and their run files.
//!
//! | file | query | candidates |
//! |---|---|---|
//! | `monolingual.run` | `{language}_{id}` | of the question's language |
//! | `crosslingual.run` | `{language}_{id}@{other}` | of one other language |
//! | `multilingual.run` | `{language}_{id}` | of all languages |
//!
//! Beside each lie its `.qrels`, and for all of them `languages.tsv`, by which `measure` and
//! `compare` tell languages and translations. Questions without an answer among the candidates are
//! in neither file.

use std::path::{Path, PathBuf};

use corpora::lareqa::Benchmark;
use evaluation::{Rows, Scorer};
use retrieval::{map_rows, top_k};
use runs::{Languages, Qrels, RunError, Strictness, write_rankings};

/// A ranking: candidates as they are counted in the pool, with their scores.
type Ranking = Vec<(u32, f32)>;

/// The ranking of the pool, and those of each language's candidates.
type OfQuestion = (Ranking, Vec<Ranking>);

/// The rankings of a benchmark.
pub struct Rankings {
    depth: usize,
    /// By language and question.
    questions: Vec<Vec<Option<OfQuestion>>>,
}

/// One of the settings.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Setting {
    Monolingual,
    Crosslingual,
    Multilingual,
}

impl Rankings {
    /// Without any yet; each will have `depth` candidates at most.
    pub fn new(benchmark: &Benchmark, depth: usize) -> Self {
        let questions = benchmark.languages.iter().map(|set| vec![None; set.questions.len()]);
        Self { depth, questions: questions.collect() }
    }

    /// Adds questions with their scores.
    pub(crate) fn add(&mut self, block: &[(usize, usize)], rows: Rows<'_>, scorer: &Scorer) {
        let (width, depth, languages) = (scorer.candidates(), self.depth, self.questions.len());
        let found = map_rows(block.len(), |at| {
            let pooled = &rows.pooled[at * width..(at + 1) * width];
            let own = &rows.own[at * width..(at + 1) * width];
            let of = |language: usize| {
                let (start, ties) = scorer.own_ties(language);
                let hits = top_k(&own[start..start + ties.len()], depth, ties);
                hits.iter().map(|hit| ((start + hit.index) as u32, hit.score)).collect()
            };
            let hits = top_k(pooled, depth, scorer.ties());
            let pooled = hits.iter().map(|hit| (hit.index as u32, hit.score)).collect();
            (pooled, (0..languages).map(of).collect::<Vec<Ranking>>())
        });
        for (&(language, question), found) in block.iter().zip(found) {
            self.questions[language][question] = Some(found);
        }
    }

    /// Writes run and judgements of every setting into folder `dir`; the files that it wrote.
    ///
    /// # Errors
    ///
    /// [`RunError::Io`], and [`RunError::UnwritableId`] for ids with spaces.
    pub fn write(
        &self,
        benchmark: &Benchmark,
        dir: &Path,
        tag: &str,
    ) -> Result<Vec<PathBuf>, RunError> {
        let mut ids = Vec::with_capacity(benchmark.candidate_count());
        let mut languages = Languages::default();
        for set in &benchmark.languages {
            for candidate in &set.candidates {
                ids.push(candidate.id.as_str());
                languages.add(&candidate.id, &set.language, None);
            }
        }
        let mut written = Vec::new();
        for (name, setting) in [
            ("monolingual", Setting::Monolingual),
            ("crosslingual", Setting::Crosslingual),
            ("multilingual", Setting::Multilingual),
        ] {
            let asked = asked(benchmark, setting);
            if asked.is_empty() {
                continue;
            }
            let (run, qrels) = (dir.join(format!("{name}.run")), dir.join(format!("{name}.qrels")));
            let rankings = asked.iter().filter_map(|one| {
                let (pooled, own) = self.questions[one.language][one.question].as_ref()?;
                let ranking = one.target.map_or(pooled, |target| &own[target]);
                let hits = ranking.iter().map(|&(at, score)| (ids[at as usize], score));
                Some((one.id.as_str(), hits))
            });
            write_rankings(&run, tag, rankings)?;
            let judged = asked.iter().flat_map(|one| {
                one.answers.iter().map(|&answer| (one.id.as_str(), ids[answer], 1))
            });
            let name = qrels.display().to_string();
            Qrels::from_judgements(&name, judged, Strictness::Strict)?.0.write(&qrels)?;
            for one in &asked {
                let set = &benchmark.languages[one.language];
                languages.add(&one.id, &set.language, Some(&set.questions[one.question].id));
            }
            written.extend([run, qrels]);
        }
        let path = dir.join("languages.tsv");
        languages.write(&path)?;
        written.push(path);
        Ok(written)
    }
}

/// A question against some candidates.
struct Asked {
    id: String,
    language: usize,
    question: usize,
    /// The language of the candidates; all without.
    target: Option<usize>,
    /// Its right answers among them, counted in the pool.
    answers: Vec<usize>,
}

fn asked(benchmark: &Benchmark, setting: Setting) -> Vec<Asked> {
    let sets = &benchmark.languages;
    let mut starts = vec![0];
    for set in sets {
        starts.push(starts[starts.len() - 1] + set.candidates.len());
    }
    let mut asked = Vec::new();
    for (language, set) in sets.iter().enumerate() {
        for (question, one) in set.questions.iter().enumerate() {
            let id = format!("{}_{}", set.language, one.id);
            let mut add = |id: String, target: Option<usize>| {
                let positives = benchmark.positives(&one.id).iter();
                let right = positives.filter(|(other, _)| target.is_none_or(|it| it == *other));
                let answers: Vec<usize> =
                    right.map(|&(other, candidate)| starts[other] + candidate).collect();
                if !answers.is_empty() {
                    asked.push(Asked { id, language, question, target, answers });
                }
            };
            match setting {
                Setting::Monolingual => add(id, Some(language)),
                Setting::Multilingual => add(id, None),
                Setting::Crosslingual => {
                    for (other, its) in sets.iter().enumerate().filter(|(at, _)| *at != language) {
                        add(format!("{id}@{}", its.language), Some(other));
                    }
                }
            }
        }
    }
    asked
}
