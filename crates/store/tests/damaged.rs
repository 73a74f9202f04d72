//! Files that were cut or lie about themselves are errors that name them.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use arrow_array::types::Float32Type;
use arrow_array::{ArrayRef, Float32Array, ListArray, RecordBatch, StringArray};
use common::{NAMES, origin, rows, write};
use isogloss_store::{Batch, Precision, StoreError, completed, read};
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

/// The first thing that is said about the file, at opening or at its end.
fn complaint(path: &Path) -> String {
    let rows: Result<Vec<Batch>, StoreError> = read(path).and_then(Iterator::collect);
    let message = rows.unwrap_err().to_string();
    message.replace(&format!("{}/", path.parent().unwrap().display()), "")
}

#[test]
fn a_cut_file_is_named() {
    for name in NAMES {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        write(&path, origin(8, Precision::F16), &[rows(0, 100, 8)]);
        let whole = fs::read(&path).unwrap();
        for length in [0, 1, 7, 100, 130, 700, whole.len() - 1] {
            fs::write(&path, &whole[..length]).unwrap();
            let message = complaint(&path);
            assert!(message.starts_with(name) && message.contains("cut"), "{length}: {message}");
            // Nor is it taken for done.
            assert!(completed(&path).is_err());
        }
    }
}

#[test]
fn another_kind_of_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vectors.parquet");
    fs::write(&path, "{\"id\": 1}").unwrap();
    assert!(complaint(&path).starts_with("vectors.parquet: cut, damaged or no file"));
    let path = folder.path().join("vectors.csv");
    assert!(complaint(&path).starts_with("vectors.csv: its name ends neither"));
    let path = folder.path().join("absent.parquet");
    assert!(complaint(&path).starts_with("absent.parquet: No such file"));
}

/// Writes a Parquet file by hand with `about` as its description.
fn by_hand(path: &Path, about: Option<&str>, vector: ArrayRef) {
    let count = vector.len();
    let ids: ArrayRef = Arc::new(StringArray::from_iter_values((0..count).map(|k| k.to_string())));
    let langs: ArrayRef = Arc::new(StringArray::from(vec![None::<&str>; count]));
    let columns = [("id", ids, false), ("lang", langs, true), ("vector", vector, false)];
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let pairs = about.map(|about| vec![KeyValue::new("isogloss".to_owned(), about.to_owned())]);
    let properties = WriterProperties::builder().set_key_value_metadata(pairs).build();
    let file = fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// The description of a file of `texts` rows of two f32.
fn description(texts: u64) -> String {
    format!(
        r#"{{"format": 1, "model": "m", "model_sha256": "", "role": "query", "dimension": 2,
        "normalised": true, "precision": "f32", "corpus": {{"name": "c", "bytes": 1}},
        "texts": {texts}}}"#
    )
}

fn fixed(values: Vec<f32>) -> ArrayRef {
    use arrow_array::FixedSizeListArray;
    use arrow_schema::{DataType, Field};
    let field = Arc::new(Field::new("item", DataType::Float32, true));
    let values = Arc::new(Float32Array::from(values));
    Arc::new(FixedSizeListArray::try_new(field, 2, values, None).unwrap())
}

#[test]
fn a_copy_by_another_program_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.parquet");
    by_hand(&path, Some(&description(2)), fixed(vec![1.0, 2.0, 3.0, 4.0]));
    assert_eq!(common::read_whole(&path).vectors, [1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn a_description_that_lies_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.parquet");
    let said = |about: Option<&str>, vector| {
        by_hand(&path, about, vector);
        complaint(&path)
    };
    let two = || fixed(vec![1.0, 2.0, 3.0, 4.0]);
    assert!(said(None, two()).contains("no metadata `isogloss`"));
    assert!(said(Some("{}"), two()).contains("missing field `format`"));
    let later = description(2).replace("\"format\": 1", "\"format\": 9");
    assert!(said(Some(&later), two()).contains("format 9 is not supported"));
    let long = said(Some(&description(1 << 60)), two());
    assert!(
        long.contains("it has 2 rows where its description says 1152921504606846976"),
        "{long}"
    );
    let wide = description(2).replace("\"dimension\": 2", "\"dimension\": 4000000000");
    assert!(said(Some(&wide), two()).contains("dimension 4000000000 is not between"));
    let three = description(2).replace("\"dimension\": 2", "\"dimension\": 3");
    assert!(said(Some(&three), two()).contains("column `vector` is"));
    let half = description(2).replace("f32", "f16");
    assert!(said(Some(&half), two()).contains("column `vector` is"));

    let rows = vec![Some(vec![Some(1.0_f32), Some(2.0)]), Some(vec![Some(3.0)])];
    let ragged: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Float32Type, _, _>(rows));
    assert!(said(Some(&description(2)), ragged).contains("column `vector` is"));
    let nan = said(Some(&description(2)), fixed(vec![1.0, 2.0, 3.0, f32::NAN]));
    assert!(nan.contains("the vector of `1` has NaN"), "{nan}");
}

#[test]
fn a_number_that_is_null_is_refused() {
    use arrow_array::FixedSizeListArray;
    use arrow_schema::{DataType, Field};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.parquet");
    let field = Arc::new(Field::new("item", DataType::Float32, true));
    let values = Arc::new(Float32Array::from(vec![Some(1.0), None]));
    let vector = FixedSizeListArray::try_new(field, 2, values, None).unwrap();
    by_hand(&path, Some(&description(1)), Arc::new(vector));
    assert!(complaint(&path).contains("is null"));
}

/// Puts `text` at `at` of a file, its length unchanged.
fn overwrite(path: &Path, at: u64, text: &[u8]) {
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(text).unwrap();
}

#[test]
fn a_header_of_an_array_that_lies_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    let lie = |find: &str, put: &str| {
        write(&path, origin(8, Precision::F16), &[rows(0, 100, 8)]);
        let bytes = fs::read(&path).unwrap();
        let head = String::from_utf8_lossy(&bytes[10..128]).into_owned();
        let at = 10 + head.find(find).unwrap_or_else(|| panic!("no {find} in {head}"));
        overwrite(&path, at as u64, put.as_bytes());
        complaint(&path)
    };
    assert!(lie("100, 8", "900, 8").contains("shape is [900, 8], expected [100, 8]"));
    assert!(lie("100, 8)", "4000000").contains("x.npy: cut, damaged"));
    assert!(lie("False", "True ").contains("shape"));
    assert!(lie("<f2", "<f4").contains("x.npy: cut, damaged"));
    assert!(lie("{'descr'", "((((((((").contains("x.npy: cut, damaged"));

    // A header that claims to be longer than the file.
    write(&path, origin(8, Precision::F16), &[rows(0, 100, 8)]);
    overwrite(&path, 8, &[0xff, 0xff]);
    assert!(complaint(&path).contains("x.npy: cut, damaged"));
    write(&path, origin(8, Precision::F16), &[rows(0, 100, 8)]);
    overwrite(&path, 6, &[2, 0, 0xff, 0xff, 0xff, 0x7f]);
    assert!(complaint(&path).contains("does not start as an array"));
}

#[test]
fn ids_that_do_not_belong_to_the_array_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    let ids = folder.path().join("x.ids.jsonl");
    let about = folder.path().join("x.about.json");
    write(&path, origin(8, Precision::F16), &[rows(0, 100, 8)]);
    let whole = fs::read(&ids).unwrap();

    fs::write(&ids, &whole[..whole.len() - 5]).unwrap();
    assert!(complaint(&path).starts_with("x.ids.jsonl: cut"));

    // As many bytes, but not as many rows.
    let joined: Vec<u8> = whole.iter().map(|b| if *b == b'\n' { b' ' } else { *b }).collect();
    fs::write(&ids, &joined).unwrap();
    assert!(complaint(&path).starts_with("x.ids.jsonl: cut"));
    let first = whole.iter().position(|b| *b == b'\n').unwrap();
    let mut less = whole.clone();
    less.splice(first + 1..whole.len(), vec![b' '; whole.len() - first - 1]);
    fs::write(&ids, &less).unwrap();
    assert!(complaint(&path).starts_with("x.ids.jsonl: cut"));

    fs::write(&ids, &whole).unwrap();
    let text = fs::read_to_string(&about).unwrap();
    fs::write(&about, text.replace("\"texts\":100", "\"texts\":99")).unwrap();
    assert!(complaint(&path).contains("expected [99, 8]"));
    fs::write(&about, &text[..text.len() / 2]).unwrap();
    assert!(complaint(&path).starts_with("x.about.json: cut"));
    fs::remove_file(&ids).unwrap();
    fs::write(&about, &text).unwrap();
    assert!(complaint(&path).starts_with("x.ids.jsonl: No such file"));
}

#[test]
fn no_damaged_byte_makes_more_than_an_error() {
    for name in NAMES {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        write(&path, origin(4, Precision::F32), &[rows(0, 10, 4)]);
        let whole = fs::read(&path).unwrap();
        let mut refused = 0;
        for at in 0..whole.len() {
            for value in [0xff, whole[at] ^ (1 << (at % 8))] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                fs::write(&path, &bytes).unwrap();
                let rows: Result<Vec<Batch>, StoreError> = read(&path).and_then(Iterator::collect);
                refused += usize::from(rows.is_err());
            }
        }
        // Most bytes of an array are numbers, of which any will do.
        assert!(refused > 100, "{refused} of {}", 2 * whole.len());
    }
}
