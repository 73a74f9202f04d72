//! Systems that can be put side by side: those of one benchmark and one text of candidates.

use super::{Evaluations, Setting, System};

/// Systems of one benchmark.
pub struct Group<'a> {
    pub benchmark: &'a str,
    pub candidates: &'a str,
    pub systems: Vec<&'a System>,
}

/// All groups, in the order of their first systems.
pub fn groups(evaluations: &Evaluations) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for system in &evaluations.systems {
        let (benchmark, candidates) = (system.benchmark.as_str(), system.candidates.as_str());
        let own =
            |group: &&mut Group<'_>| (group.benchmark, group.candidates) == (benchmark, candidates);
        match groups.iter_mut().find(own) {
            Some(group) => group.systems.push(system),
            None => groups.push(Group { benchmark, candidates, systems: vec![system] }),
        }
    }
    groups
}

/// A benchmark in words.
pub fn named(benchmark: &str, candidates: &str) -> String {
    match candidates {
        "" => benchmark.to_owned(),
        candidates => format!("{benchmark} (candidates: {candidates})"),
    }
}

impl<'a> Group<'a> {
    /// The benchmark in words.
    pub fn name(&self) -> String {
        named(self.benchmark, self.candidates)
    }

    /// The settings of any system, each as the first has it.
    pub fn settings(&self) -> Vec<&'a Setting> {
        let mut settings: Vec<&Setting> = Vec::new();
        for setting in self.systems.iter().flat_map(|system| &system.settings) {
            if settings.iter().all(|known| known.name != setting.name) {
                settings.push(setting);
            }
        }
        settings
    }

    /// The languages of any system.
    pub fn languages(&self) -> Vec<&'a str> {
        let mut languages: Vec<&str> = Vec::new();
        for language in self.systems.iter().flat_map(|system| &system.languages) {
            if !languages.contains(&language.as_str()) {
                languages.push(language);
            }
        }
        languages
    }

    /// Whether means are over the same languages, so that there can be a best one.
    pub fn same_languages(&self) -> bool {
        let all = self.languages().len();
        self.systems.iter().all(|system| system.languages.len() == all)
    }
}

impl Evaluations {
    /// The system of a benchmark, a text of candidates and a name.
    pub(super) fn system(&self, [benchmark, candidates, name]: [&str; 3]) -> Option<&System> {
        self.systems.iter().find(|system| {
            [&*system.benchmark, &*system.candidates, &*system.name]
                == [benchmark, candidates, name]
        })
    }

    /// The setting of a benchmark, a text of candidates, a system and a name.
    pub(super) fn setting(
        &self,
        [benchmark, candidates, system, name]: [&str; 4],
    ) -> Option<&Setting> {
        self.system([benchmark, candidates, system])?.setting(name)
    }
}

impl System {
    /// A setting by its name.
    pub(super) fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.name == name)
    }
}

impl Setting {
    /// The setting and its unit.
    pub(super) fn head(&self) -> String {
        match self.unit.as_str() {
            "" => self.name.clone(),
            unit => format!("{}, {unit}", self.name),
        }
    }
}
