//! Declares GraphQL objects over rows: the row's columns, flattened, and what it links to.

/// An object over a record row. Its columns come from the row; links are added by `#[ComplexObject]`.
macro_rules! object {
    ($(#[doc = $doc:literal])+ $name:ident, $model:ty) => {
        $(#[doc = $doc])+
        #[derive(async_graphql::SimpleObject, Clone)]
        #[graphql(complex)]
        pub struct $name {
            /// Stable id, for `node(id:)` too.
            pub id: entity::Id,
            /// The columns.
            #[graphql(flatten)]
            pub row: $model,
            /// The rows it was read with.
            #[graphql(skip)]
            pub at: $crate::platform::batch::Row<$model>,
        }

        impl From<$crate::platform::batch::Row<$model>> for $name {
            fn from(at: $crate::platform::batch::Row<$model>) -> Self {
                Self { id: at.row.id, row: at.row.clone(), at }
            }
        }
    };
}
pub(crate) use object;

/// All of a list as objects.
pub fn objects<M, O: From<super::batch::Row<M>>>(rows: Vec<super::batch::Row<M>>) -> Vec<O> {
    rows.into_iter().map(O::from).collect()
}
