//! What cannot be shown is an error, so that nothing is left out in silence.

use std::collections::HashSet;

use super::{Evaluations, Matrix, System};
use crate::ReportError;

impl Evaluations {
    /// Whether every value has a place in the report.
    ///
    /// # Errors
    ///
    /// [`ReportError::NoSystems`]; [`ReportError::Twice`] for names; [`ReportError::Unknown`] for a
    /// value in a language that its system does not have, and for a comparison or worst queries of
    /// a system or setting that is not there; [`ReportError::Matrix`].
    pub fn check(&self) -> Result<(), ReportError> {
        if self.systems.is_empty() {
            return Err(ReportError::NoSystems);
        }
        let mut seen = HashSet::new();
        for system in &self.systems {
            if !seen.insert((&system.name, &system.benchmark, &system.candidates)) {
                let place = format!("the systems of `{}`", system.benchmark);
                return Err(ReportError::Twice { name: system.name.clone(), place });
            }
            system.check()?;
        }
        for one in &self.comparisons {
            let place = format!("the comparison of `{}` with `{}`", one.second, one.first);
            for system in [&one.first, &one.second] {
                self.names([&one.benchmark, &one.candidates, system, &one.setting], &place)?;
            }
        }
        for one in &self.worst {
            let place = "the list of worst queries";
            self.names([&one.benchmark, &one.candidates, &one.system, &one.setting], place)?;
        }
        Ok(())
    }

    /// Whether a system and its setting are there.
    fn names(&self, names: [&str; 4], place: &str) -> Result<(), ReportError> {
        let [benchmark, candidates, system, setting] = names;
        let unknown = |name: &str| ReportError::Unknown { name: name.into(), place: place.into() };
        let found = self.system([benchmark, candidates, system]);
        let found = found.ok_or_else(|| unknown(system))?;
        found.setting(setting).map(|_| ()).ok_or_else(|| unknown(setting))
    }
}

impl System {
    fn check(&self) -> Result<(), ReportError> {
        let once = |name: &str, of: &str, seen: &mut HashSet<String>| {
            if seen.insert(name.to_owned()) {
                return Ok(());
            }
            let place = format!("the {of} of `{}`", self.name);
            Err(ReportError::Twice { name: name.to_owned(), place })
        };
        let mut languages = HashSet::new();
        for language in &self.languages {
            once(language, "languages", &mut languages)?;
        }
        let mut settings = HashSet::new();
        for setting in &self.settings {
            once(&setting.name, "settings", &mut settings)?;
            if let Some(name) = setting.languages.keys().find(|name| !languages.contains(*name)) {
                let place = format!("`{}` of `{}`", setting.name, self.name);
                return Err(ReportError::Unknown { name: name.clone(), place });
            }
        }
        self.fits("pairs", self.pairs.as_ref())?;
        self.fits("one_target", self.one_target.as_ref())?;
        self.fits("shares", self.shares.as_ref().map(|shares| &shares.matrix))
    }

    fn fits(&self, name: &str, matrix: Option<&Matrix>) -> Result<(), ReportError> {
        let Some(matrix) = matrix else { return Ok(()) };
        let (rows, columns) = (matrix.queries.len(), matrix.documents.len());
        let wrong = matrix.cells.iter().position(|row| row.len() != columns);
        let row = wrong.or_else(|| {
            let have = matrix.cells.len();
            (have != rows).then_some(have.min(rows))
        });
        row.map_or(Ok(()), |row| {
            let (system, matrix) = (self.name.clone(), name.to_owned());
            Err(ReportError::Matrix { system, matrix, rows, columns, row })
        })
    }
}
