//! What people said, one act after the other. There is no way to change one.

use grata_core::consent::{ActKind, ConsentAct, Means, PaperForm, Speaker};
use grata_core::id::{ActId, EvidenceId, GuardianId, SubjectId};
use grata_core::notice::{NoticeShown, NoticeVersion};
use grata_core::purpose::{PurposeKind, Question};
use serde::{Deserialize, Serialize};

use crate::engine::Row;
use crate::error::{Result, StoreError, StoreErrorKind};
use crate::queries::parsed;
use crate::tx::{Reader, Tx};
use crate::values;

/// The evidence behind an entry from a form, as it is sealed.
#[derive(Serialize, Deserialize)]
struct SealedForm {
    signed_on: String,
    reference: String,
    recorded_by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    evidence: Option<String>,
}

const fn kind_word(kind: ActKind) -> &'static str {
    match kind {
        ActKind::Give { .. } => "give",
        ActKind::Refuse => "refuse",
        ActKind::Withdraw => "withdraw",
        ActKind::Contest => "contest",
        ActKind::Expire => "expire",
    }
}

fn refusal(rule: &str) -> StoreError {
    StoreError::new(StoreErrorKind::Refused, rule)
}

impl Reader {
    /// Everything a person said, in order.
    pub(crate) fn acts_of(&self, subject: SubjectId) -> Result<Vec<ConsentAct>> {
        let sql = "SELECT id, album, purpose, kind, until, guardian, means, sealed_form, notice_version, \
                   notice_language, notice_sha256, at FROM consent_acts WHERE subject = $1 ORDER BY place";
        self.tx.query(sql, values![subject])?.iter().map(|row| self.act_of(subject, row)).collect()
    }

    fn act_of(&self, subject: SubjectId, row: &Row) -> Result<ConsentAct> {
        let damaged = || StoreError::damaged("a consent act");
        let id: ActId = row.get(0)?;
        let kind = match row.get::<String>(3)?.as_str() {
            "give" => ActKind::Give { until: row.get(4)? },
            "refuse" => ActKind::Refuse,
            "withdraw" => ActKind::Withdraw,
            "contest" => ActKind::Contest,
            "expire" => ActKind::Expire,
            _ => return Err(damaged()),
        };
        let means = match row.get::<String>(6)?.as_str() {
            "own-session" => Means::OwnSession,
            "clock" => Means::Clock,
            "paper" => Means::Paper(self.open_form(subject, id, &row.get::<Vec<u8>>(7)?)?),
            _ => return Err(damaged()),
        };
        Ok(ConsentAct {
            id,
            question: Question { album: row.get(1)?, purpose: parsed(row, 2)? },
            kind,
            speaker: row.get::<Option<GuardianId>>(5)?.map_or(Speaker::Subject, Speaker::Guardian),
            means,
            notice: NoticeShown {
                version: NoticeVersion(row.get(8)?),
                language: parsed(row, 9)?,
                hash: row.get(10)?,
            },
            at: row.get(11)?,
        })
    }

    fn open_form(&self, subject: SubjectId, act: ActId, sealed: &[u8]) -> Result<PaperForm> {
        let damaged = || StoreError::damaged("the evidence of a consent act");
        let text = self.open_text(subject, "consent_acts", "sealed_form", act.as_bytes(), sealed)?;
        let form: SealedForm = serde_json::from_str(&text).map_err(|_| damaged())?;
        Ok(PaperForm {
            signed_on: form.signed_on.parse().map_err(|_| damaged())?,
            reference: form.reference,
            recorded_by: form.recorded_by.parse().map_err(|_| damaged())?,
        })
    }
}

impl Tx {
    /// Puts an act on record, at [`Tx::now`]. Core's rules are asked here as well, so that no caller
    /// can forget. A yes needs the notice as it is kept, in the language it was read in (TRA-5), and a
    /// channel that exists; a no needs neither.
    ///
    /// # Errors
    /// `Refused` with the rule that forbids it; `NotFound` if there is no such person.
    pub fn insert_act(&mut self, subject: SubjectId, act: &ConsentAct) -> Result<()> {
        self.insert_act_with(subject, act, None)
    }

    /// The same for a form of which a scan is kept, see [`Tx::insert_evidence`].
    ///
    /// # Errors
    /// As for [`Tx::insert_act`]; `Refused` if the scan is none of this person's.
    pub fn insert_act_with(
        &mut self,
        subject: SubjectId,
        act: &ConsentAct,
        evidence: Option<EvidenceId>,
    ) -> Result<()> {
        let known = self.subject(subject)?.ok_or_else(|| StoreError::not_found("person"))?;
        act.check(&known, self.age_rules()).map_err(StoreError::refused)?;
        if act.at != self.now() {
            return Err(refusal("an act happens at the moment it is put on record"));
        }
        if let ActKind::Give { .. } = act.kind {
            self.check_asked(act)?;
        }
        if let Some(evidence) = evidence
            && !self.evidence_of(subject)?.iter().any(|kept| kept.id == evidence)
        {
            return Err(refusal("the scan of this form is not kept for this person"));
        }
        let form = match &act.means {
            Means::Paper(form) => {
                let form = SealedForm {
                    signed_on: form.signed_on.to_string(),
                    reference: form.reference.clone(),
                    recorded_by: form.recorded_by.to_string(),
                    evidence: evidence.map(|id| id.to_string()),
                };
                // Four texts: nothing that JSON could refuse.
                let text = serde_json::to_string(&form).unwrap_or_default();
                Some(self.seal_text(subject, "consent_acts", "sealed_form", act.id.as_bytes(), &text)?)
            }
            Means::OwnSession | Means::Clock => None,
        };
        let means = match act.means {
            Means::OwnSession => "own-session",
            Means::Paper(_) => "paper",
            Means::Clock => "clock",
        };
        let until = match act.kind {
            ActKind::Give { until } => Some(until),
            _ => None,
        };
        let guardian = match act.speaker {
            Speaker::Subject => None,
            Speaker::Guardian(id) => Some(id),
        };
        self.tx.execute(
            "INSERT INTO consent_acts (id, subject, album, purpose, kind, until, guardian, means, sealed_form, \
             notice_version, notice_language, notice_sha256, at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            values![
                act.id,
                subject,
                act.question.album,
                act.question.purpose.to_string(),
                kind_word(act.kind),
                until,
                guardian,
                means,
                form,
                act.notice.version.0,
                act.notice.language.as_str(),
                act.notice.hash,
                act.at
            ],
        )?;
        if narrows(act, &known.acts) {
            self.touches_subject(subject);
        }
        self.changed(subject)
    }

    /// Whether the question could have been asked: on a text that is kept, about a channel there is.
    fn check_asked(&self, act: &ConsentAct) -> Result<()> {
        let notice = self.notice_version(act.question.album, act.notice.version)?;
        let shown = notice.and_then(|notice| notice.shown_in(&act.notice.language));
        if shown.as_ref() != Some(&act.notice) {
            return Err(refusal("the notice of this consent is not one that is kept for the album"));
        }
        if let PurposeKind::Publish(channel) = &act.question.purpose
            && !self.channels()?.iter().any(|(known, _)| known == channel)
        {
            return Err(refusal("there is no such channel"));
        }
        Ok(())
    }
}

/// Whether an act leaves less of a yes than there was before: a backup from before it would show too much.
/// A yes does where it ends earlier than one that was given to the same question.
fn narrows(act: &ConsentAct, earlier: &[ConsentAct]) -> bool {
    match act.kind {
        ActKind::Refuse | ActKind::Withdraw | ActKind::Contest => true,
        ActKind::Give { until } => earlier.iter().any(|one| {
            one.question == act.question
                && matches!(one.kind, ActKind::Give { until: before } if before > until)
        }),
        ActKind::Expire => false,
    }
}
