use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, review_question,
    value::{LanguageTag, Text, Title},
};

use super::{Review, begin, rules};
use crate::{
    catalogue::{self, CatalogueKey, Printed},
    consents,
    platform::{
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::Tx,
        whole::Whole,
    },
};

/// A question of one's own.
#[derive(InputObject)]
pub struct OwnQuestionInput {
    /// Code of the framework element that it belongs to, from the catalogue `FRAMEWORK_ELEMENTS`.
    element: Title,
    /// The question.
    text: Text,
}

/// Nobody answers more in one review.
const MOST: usize = 300;

/// Questions to propose.
#[derive(InputObject)]
pub struct AddReviewQuestionsInput {
    /// The review.
    review_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Questions of the guideline, by their codes in the catalogue `QUESTIONS`.
    codes: Option<Vec<Title>>,
    /// The language in which questions of the guideline are copied, for every reader; English where none is named.
    language: Option<LanguageTag>,
    /// Questions of your own.
    own: Option<Vec<OwnQuestionInput>>,
}

/// Proposes questions.
#[derive(Default)]
pub struct AddReviewQuestions;

#[Object]
impl AddReviewQuestions {
    /// Proposes questions. They are copied: what the guideline says later does not change them. What was consented so far
    /// is void. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn add_review_questions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The questions.")] input: AddReviewQuestionsInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Review>> {
        let caller = ctx.caller()?;
        let questions = catalogue::printed(ctx, CatalogueKey::Questions, input.language.as_ref())?;
        let elements = catalogue::printed(ctx, CatalogueKey::FrameworkElements, None)?;
        let id = caller
            .command_once(ctx, idempotency_key, |tx| {
                Box::pin(async move { add(tx, input, &questions, &elements).await })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}

async fn add(tx: &mut Tx, input: AddReviewQuestionsInput, printed: &[Printed], elements: &[Printed]) -> Result<Id> {
    let act = begin::act(tx, input.review_id, "reviewId", input.side_id, "addReviewQuestions").await?;
    let known = begin::questions(tx, act.review.id).await?;
    let asked = input.codes.as_ref().map_or(0, Vec::len) + input.own.as_ref().map_or(0, Vec::len);
    if asked > MOST {
        return Err(Error::invalid("own", "QUESTIONS_AT_MOST", format!("a review has at most {MOST} questions")));
    }
    let internal = |v: entity::value::Violation| Error::internal(v.message);
    let mut new: Vec<(Title, Option<Title>, Text)> = Vec::new();
    for (at, code) in input.codes.into_iter().flatten().enumerate() {
        let question = printed
            .iter()
            .find(|question| question.code == code.as_str())
            .ok_or_else(|| Error::refused(&rules::QUESTION_IS_KNOWN).field(&format!("codes[{at}]")))?;
        // What is asked already is not asked twice.
        let asked = known.iter().any(|row| row.code.as_ref() == Some(&code))
            || new.iter().any(|(_, known, _)| known.as_ref() == Some(&code));
        if !asked {
            let element = Title::new(&question.group).map_err(internal)?;
            new.push((element, Some(code), Text::new(&question.text).map_err(internal)?));
        }
    }
    for (at, question) in input.own.into_iter().flatten().enumerate() {
        if !elements.iter().any(|element| element.code == question.element.as_str()) {
            return Err(Error::refused(&catalogue::ELEMENT_IS_KNOWN).field(&format!("own[{at}].element")));
        }
        new.push((question.element, None, question.text));
    }
    if known.len() + new.len() > MOST {
        return Err(Error::invalid("own", "QUESTIONS_AT_MOST", format!("a review has at most {MOST} questions")));
    }
    if new.is_empty() {
        return Ok(act.review.id);
    }
    consents::void(tx, act.review.id).await?;
    let last = known.iter().map(|row| row.position).max().unwrap_or_default();
    let now = tx.now();
    let rows = (last + 1..).zip(new).map(|(position, (element, code, text))| {
        let id = tx.id();
        review_question::Model {
            id,
            partnership_id: act.partnership.id,
            review_id: act.review.id,
            side_id: act.side,
            element,
            code,
            text,
            position,
            live: true,
            created_by: id,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    });
    let rows = rows.collect();
    tx.insert_all("review.question_added", rows).await?;
    Ok(act.review.id)
}
