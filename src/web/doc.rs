//! Routes with what is said of them: one declaration makes the route and its place in the OpenAPI document.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, on};
use serde_json::Value;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{
    Array, ComponentsBuilder, Content, InfoBuilder, OpenApi, OpenApiBuilder, PathsBuilder, Ref, RefOr, Required,
    ResponseBuilder, Schema,
};
use utoipa::{PartialSchema, ToSchema};

use std::sync::Arc;

use super::desk::Desk;
use super::error::ErrorBody;

/// Everything that can be asked.
#[derive(Default)]
pub struct Routes {
    pub router: Router<Arc<Desk>>,
    told: Vec<(HttpMethod, &'static str, About)>,
}

/// What is said of one route.
#[derive(Default)]
pub struct About {
    summary: &'static str,
    asks: &'static [&'static str],
    body: Option<(&'static str, Content)>,
    answer: Option<(u16, Option<Content>)>,
    schemas: Vec<(String, RefOr<Schema>)>,
    open: bool,
}

impl std::fmt::Debug for Routes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.told.iter().map(|(_, path, _)| path)).finish()
    }
}

impl std::fmt::Debug for About {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("About").field(&self.summary).finish()
    }
}

/// A route does this.
pub fn about(summary: &'static str) -> About {
    About { summary, ..About::default() }
}

impl About {
    /// Questions behind the path.
    pub fn asks(self, asks: &'static [&'static str]) -> About {
        About { asks, ..self }
    }

    /// With an example of the body.
    pub fn takes<T: ToSchema>(mut self, example: Value) -> About {
        self.body = Some(("application/json", self.content::<T>(example)));
        self
    }

    /// A file of this kind in the place of JSON.
    pub fn takes_file(self, kind: &'static str) -> About {
        About {
            body: Some((kind, Content::new(Some(RefOr::T(Schema::from(utoipa::openapi::Object::default())))))),
            ..self
        }
    }

    /// With an example of the answer.
    pub fn gives<T: ToSchema>(mut self, status: u16, example: Value) -> About {
        self.answer = Some((status, Some(self.content::<T>(example))));
        self.whole()
    }

    /// A list of them.
    pub fn lists<T: ToSchema>(mut self, example: Value) -> About {
        let mut content = self.content::<T>(example);
        content.schema = Some(Array::new(Ref::from_schema_name(T::name())).into());
        self.answer = Some((200, Some(content)));
        self.whole()
    }

    /// We write what is empty as null: readers of an answer find every field.
    fn whole(mut self) -> About {
        self.schemas.iter_mut().for_each(|(_, schema)| require_nullable(schema));
        self
    }

    /// For whoever is not signed in too.
    pub fn open(self) -> About {
        About { open: true, ..self }
    }

    fn content<T: ToSchema>(&mut self, example: Value) -> Content {
        T::schemas(&mut self.schemas);
        self.schemas.push((T::name().into_owned(), T::schema()));
        let mut content = Content::new(Some(Ref::from_schema_name(T::name())));
        content.example = Some(example);
        content
    }
}

impl Routes {
    pub fn get<H: Handler<T, Arc<Desk>>, T: 'static>(self, path: &'static str, handler: H, about: About) -> Routes {
        self.add(HttpMethod::Get, MethodFilter::GET, path, handler, about)
    }

    pub fn post<H: Handler<T, Arc<Desk>>, T: 'static>(self, path: &'static str, handler: H, about: About) -> Routes {
        self.add(HttpMethod::Post, MethodFilter::POST, path, handler, about)
    }

    pub fn put<H: Handler<T, Arc<Desk>>, T: 'static>(self, path: &'static str, handler: H, about: About) -> Routes {
        self.add(HttpMethod::Put, MethodFilter::PUT, path, handler, about)
    }

    pub fn patch<H: Handler<T, Arc<Desk>>, T: 'static>(self, path: &'static str, handler: H, about: About) -> Routes {
        self.add(HttpMethod::Patch, MethodFilter::PATCH, path, handler, about)
    }

    pub fn delete<H: Handler<T, Arc<Desk>>, T: 'static>(self, path: &'static str, handler: H, about: About) -> Routes {
        self.add(HttpMethod::Delete, MethodFilter::DELETE, path, handler, about)
    }

    /// Those of another room too.
    pub fn and(mut self, other: Routes) -> Routes {
        self.router = self.router.merge(other.router);
        self.told.extend(other.told);
        self
    }

    fn add<H: Handler<T, Arc<Desk>>, T: 'static>(
        mut self,
        method: HttpMethod,
        filter: MethodFilter,
        path: &'static str,
        handler: H,
        about: About,
    ) -> Routes {
        self.router = self.router.route(path, on(filter, handler));
        self.told.push((method, path, about));
        self
    }

    /// The whole document.
    pub fn openapi(self) -> OpenApi {
        let (mut paths, mut components) = (PathsBuilder::new(), ComponentsBuilder::new());
        components = components.schema(ErrorBody::name(), ErrorBody::schema());
        let mut of_errors = Vec::new();
        ErrorBody::schemas(&mut of_errors);
        for (name, schema) in of_errors {
            components = components.schema(name, schema);
        }
        for (method, path, about) in self.told {
            let About { summary, asks, body, answer, schemas, open } = about;
            for (name, schema) in schemas {
                components = components.schema(name, schema);
            }
            let mut operation = OperationBuilder::new().summary(Some(summary)).tag(tag(path));
            for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
                operation = operation.parameter(parameter(name, ParameterIn::Path, Required::True));
            }
            for name in asks {
                operation = operation.parameter(parameter(name, ParameterIn::Query, Required::False));
            }
            if let Some((kind, content)) = body {
                let body = RequestBodyBuilder::new().content(kind, content).required(Some(Required::True));
                operation = operation.request_body(Some(body.build()));
            }
            let (status, content) = answer.unwrap_or((204, None));
            let mut good =
                ResponseBuilder::new().description(if content.is_some() { "What was asked for" } else { "Done" });
            if let Some(content) = content {
                good = good.content("application/json", content);
            }
            let no = Content::new(Some(Ref::from_schema_name(ErrorBody::name())));
            let no = ResponseBuilder::new().description("Why not").content("application/json", no);
            operation = operation.response(status.to_string(), good.build()).response("default", no.build());
            if open {
                operation = operation.description(Some("For whoever is not signed in too."));
            }
            paths = paths.path(path, PathItem::new(method, operation.build()));
        }
        let info = InfoBuilder::new().title("Ramal").version(env!("CARGO_PKG_VERSION"));
        OpenApiBuilder::new().info(info.build()).paths(paths.build()).components(Some(components.build())).build()
    }
}

fn require_nullable(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            let nullable = object.properties.iter().filter(|(_, field)| is_nullable(field));
            let missing = nullable.filter(|(name, _)| !object.required.contains(name)).map(|(name, _)| name.clone());
            let missing: Vec<_> = missing.collect();
            object.required.extend(missing);
        }
        RefOr::T(Schema::AllOf(all)) => all.items.iter_mut().for_each(require_nullable),
        RefOr::T(_) | RefOr::Ref(_) => {}
    }
}

fn is_nullable(field: &RefOr<Schema>) -> bool {
    let null = |kind: &SchemaType| match kind {
        SchemaType::Type(kind) => *kind == Type::Null,
        SchemaType::Array(kinds) => kinds.contains(&Type::Null),
        SchemaType::AnyValue => false,
    };
    match field {
        RefOr::T(Schema::Object(object)) => null(&object.schema_type),
        RefOr::T(Schema::Array(array)) => null(&array.schema_type),
        RefOr::T(Schema::OneOf(one)) => one.items.iter().any(is_nullable),
        RefOr::T(_) | RefOr::Ref(_) => false,
    }
}

fn parameter(name: &str, place: ParameterIn, required: Required) -> utoipa::openapi::path::Parameter {
    ParameterBuilder::new().name(name).parameter_in(place).required(required).schema(Some(String::schema())).build()
}

/// The first word of the path behind the version.
fn tag(path: &str) -> &str {
    path.split('/').nth(3).unwrap_or_default()
}
