//! A measure by query language and document language.

/// The mean of a measure for each pair of query language (row) and document language (column).
///
/// With average precision it is the mAP matrix of LAReQA and of XQuAD-R's cross-lingual setting:
/// the diagonal is the monolingual setting, the rest the cross-lingual one. Cells without a value
/// stay empty rather than 0.
///
/// ```
/// use isogloss_measures::LanguageMatrix;
///
/// let mut map = LanguageMatrix::new(2);
/// map.add(0, 0, 1.0);
/// map.add(0, 0, 0.5);
/// map.add(0, 1, 0.25);
/// assert_eq!(map.mean(0, 0), Some(0.75));
/// assert_eq!(map.mean(1, 0), None);
/// assert_eq!((map.diagonal(), map.off_diagonal()), (Some(0.75), Some(0.25)));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LanguageMatrix {
    languages: usize,
    /// Sum and count of each cell, by rows.
    cells: Vec<(f64, usize)>,
}

impl LanguageMatrix {
    /// An empty matrix of `languages` × `languages`.
    pub fn new(languages: usize) -> Self {
        Self { languages, cells: vec![(0.0, 0); languages * languages] }
    }

    /// How many languages there are.
    pub fn languages(&self) -> usize {
        self.languages
    }

    /// Adds the value of one query.
    ///
    /// # Panics
    ///
    /// When a language is not below the number of languages.
    pub fn add(&mut self, query_language: usize, document_language: usize, value: f64) {
        let at = self.at(query_language, document_language);
        self.cells[at].0 += value;
        self.cells[at].1 += 1;
    }

    /// The mean of a cell, `None` when it has no value.
    pub fn mean(&self, query_language: usize, document_language: usize) -> Option<f64> {
        let (sum, count) = self.cells[self.at(query_language, document_language)];
        (count > 0).then(|| sum / count as f64)
    }

    /// How many values a cell has.
    pub fn count(&self, query_language: usize, document_language: usize) -> usize {
        self.cells[self.at(query_language, document_language)].1
    }

    /// The mean of the cells where both languages are the same, each cell weighing the same.
    pub fn diagonal(&self) -> Option<f64> {
        self.macro_mean(|query, document| query == document)
    }

    /// The mean of the cells of two languages, each cell weighing the same.
    pub fn off_diagonal(&self) -> Option<f64> {
        self.macro_mean(|query, document| query != document)
    }

    fn macro_mean(&self, keep: impl Fn(usize, usize) -> bool) -> Option<f64> {
        let all = 0..self.languages;
        let cells =
            all.clone().flat_map(|query| all.clone().map(move |document| (query, document)));
        let means: Vec<f64> = cells
            .filter(|&(query, document)| keep(query, document))
            .filter_map(|(query, document)| self.mean(query, document))
            .collect();
        crate::mean(&means)
    }

    fn at(&self, query: usize, document: usize) -> usize {
        let count = self.languages;
        assert!(query < count && document < count, "languages {query}, {document} of {count}");
        query * count + document
    }
}
