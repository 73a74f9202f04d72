//! What makes a run that no type can tell.

use objective::Needs;

use super::{Optimisation, RunConfig, Validation};
use crate::TrainingError;

type Checked = Result<(), TrainingError>;

fn bad(field: &'static str, reason: impl Into<String>) -> Checked {
    Err(TrainingError::Setting { field, reason: reason.into() })
}

/// From 0 on and finite; written so that NaN fails too.
fn from_zero(field: &'static str, value: f64) -> Checked {
    if value >= 0.0 && value.is_finite() {
        return Ok(());
    }
    bad(field, format!("{value} is not a number from 0 on"))
}

fn above_zero(field: &'static str, value: f64) -> Checked {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    bad(field, format!("{value} is not above 0"))
}

fn share(field: &'static str, value: f64) -> Checked {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    bad(field, format!("{value} is not within 0 and 1"))
}

impl RunConfig {
    /// Checks what can be checked without data, model and device.
    pub fn check(&self) -> Result<(), TrainingError> {
        self.training.check()?;
        self.validation.check()?;
        if self.data.is_empty() {
            return bad("data", "names no training file");
        }
        self.check_code_switching()?;
        self.objective.check()?;
        self.check_needs(self.objective.needs())?;
        self.model.start()?;
        Ok(())
    }

    fn check_code_switching(&self) -> Checked {
        let (switches, data) = (self.batches.code_switch.rows > 0.0, &self.data);
        if switches && data.dictionaries.is_empty() && data.lexicon.is_empty() {
            return bad(
                "batches.code_switch.rows",
                "texts are switched with a lexicon: name one in `data.dictionaries`",
            );
        }
        if !switches && !data.dictionaries.is_empty() {
            return bad(
                "data.dictionaries",
                "nothing is switched: set `batches.code_switch.rows` above 0",
            );
        }
        Ok(())
    }

    fn check_needs(&self, needs: Needs) -> Checked {
        let teaches = needs.teacher_embeddings || needs.teacher_scores;
        if teaches && self.teacher.is_none() {
            return bad("teacher", "the objective learns from a teacher: name its `model`");
        }
        if !teaches && self.teacher.is_some() {
            return bad("teacher", "the objective does not learn from a teacher");
        }
        if needs.negatives && self.batches.negatives_per_query == 0 {
            return bad(
                "batches.negatives_per_query",
                "the objective needs hard negatives: set how many",
            );
        }
        Ok(())
    }
}

impl Optimisation {
    fn check(&self) -> Checked {
        if self.steps == 0 {
            return bad("training.steps", "must be at least 1");
        }
        above_zero("training.learning_rate", self.learning_rate)?;
        share("training.warmup", self.warmup)?;
        from_zero("training.weight_decay", self.weight_decay)?;
        from_zero("training.clip_norm", self.clip_norm)?;
        above_zero("training.loss_scale", self.loss_scale)?;
        if !(self.layer_decay > 0.0 && self.layer_decay <= 1.0) {
            return bad(
                "training.layer_decay",
                format!("{} is not above 0 and at most 1", self.layer_decay),
            );
        }
        if !(0.0..1.0).contains(&self.token_dropout) {
            return bad(
                "training.token_dropout",
                format!("{} is not within 0 and 1", self.token_dropout),
            );
        }
        if self.accumulate == 0 {
            return bad("training.accumulate", "must be at least 1");
        }
        if self.checkpoints_kept == 0 {
            return bad("training.checkpoints_kept", "must be at least 1");
        }
        for group in &self.groups {
            if group.names.is_empty() || group.names.iter().any(String::is_empty) {
                return bad("training.groups.names", "a group names the tensors that it is of");
            }
            if let Some(rate) = group.learning_rate {
                from_zero("training.groups.learning_rate", rate)?;
            }
            if let Some(decay) = group.weight_decay {
                from_zero("training.groups.weight_decay", decay)?;
            }
        }
        Ok(())
    }
}

impl Validation {
    fn check(&self) -> Checked {
        if !self.is_on() {
            if *self == Self::default() {
                return Ok(());
            }
            return bad("validation", "names no file");
        }
        if self.every == 0 {
            return bad("validation.every", "must be at least 1");
        }
        from_zero("validation.least_gain", self.least_gain)
    }
}
