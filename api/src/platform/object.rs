//! Declares GraphQL objects over rows: the row's columns, flattened, and where it links to.

/// An object over a record row. Its columns come from the row. A link is declared once, for objects that are followed field by
/// field and for answers that are read whole:
///
/// * `One` is the record that a column of the row names;
/// * `Many` are those whose column names the row, `First` is the first of them: in an order, and where there is one under a
///   condition;
/// * a list in pages stands behind `pages`, with the type of the page;
/// * what is computed stands behind `fields`, as for `#[ComplexObject]`.
macro_rules! object {
    (
        $(#[doc = $doc:literal])+ $name:ident, $model:ty {
            $(
                $(#[doc = $about:literal])+
                $link:ident: $how:ident<$target:ident> by $column:path $(, $order:ident $sort:path)? $(, if $filter:expr)?;
            )*
        }
        $(pages {
            $(
                $(#[doc = $page_about:literal])+
                $page:ident: $connection:ident<$page_target:ident> by $page_column:path, $page_order:ident $page_sort:path;
            )*
        })?
        $(fields { $($fields:tt)* })?
    ) => {
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

        #[async_graphql::ComplexObject]
        impl $name {
            $(
                $(#[doc = $about])+
                async fn $link(
                    &self,
                    ctx: &async_graphql::Context<'_>,
                ) -> $crate::platform::error::Result<<$crate::platform::links::$how as $crate::platform::links::Form>::Of<$target>> {
                    let sort = None$(.or(Some($crate::platform::caller::Sort::$order($sort))))?;
                    let filter = None$(.or(Some($filter)))?;
                    $crate::platform::links::$how::follow(ctx, &self.at, stringify!($link), $column, sort, filter).await
                }
            )*
            $($(
                $(#[doc = $page_about])+
                async fn $page(
                    &self,
                    ctx: &async_graphql::Context<'_>,
                    #[graphql(desc = "Rows from the start.")] first: Option<i32>,
                    #[graphql(desc = "After this cursor.")] after: Option<String>,
                ) -> $crate::platform::error::Result<$connection> {
                    let paging = $crate::platform::page::Paging { first, after, ..Default::default() };
                    let sort = $crate::platform::caller::Sort::$page_order($page_sort);
                    let list = $crate::platform::links::list(
                        <Self as $crate::platform::links::Object>::NAME,
                        stringify!($page),
                    );
                    let page = self.at.page::<<$page_target as $crate::platform::links::Object>::Row>(
                        ctx, &list, $page_column, sort, &paging,
                    );
                    Ok(Box::pin(page).await?.into())
                }
            )*)?
            $($($fields)*)?
        }

        impl $crate::platform::links::Object for $name {
            type Row = $model;
            const NAME: &'static str = stringify!($name);

            fn links() -> Vec<$crate::platform::links::Link> {
                vec![
                    $($crate::platform::links::$how::link::<$model, $target>(
                        stringify!($link),
                        $column,
                        None$(.or(Some($crate::platform::caller::Sort::$order($sort))))?,
                        None$(.or(Some($filter)))?,
                    ),)*
                    $($($crate::platform::links::page::<$page_target>(
                        Self::NAME,
                        stringify!($page),
                        $page_column,
                        $crate::platform::caller::Sort::$page_order($page_sort),
                    ),)*)?
                ]
            }

            fn sketch() -> &'static $crate::platform::links::Sketch {
                static SKETCH: std::sync::OnceLock<$crate::platform::links::Sketch> = std::sync::OnceLock::new();
                SKETCH.get_or_init($crate::platform::links::Sketch::of::<Self>)
            }
        }
    };
}
pub(crate) use object;

/// All of a list as objects.
pub fn objects<M, O: From<super::batch::Row<M>>>(rows: Vec<super::batch::Row<M>>) -> Vec<O> {
    rows.into_iter().map(O::from).collect()
}
