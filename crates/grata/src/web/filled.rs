//! A form as somebody has filled it in, files among it. The guard reads it once, since its token stands in
//! it; pages get it as an argument.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use multer::{Constraints, Multipart, SizeLimit};

use super::error::Trouble;
use crate::app::evidence;
use crate::words::harmless;

/// Longest form with files, in bytes: some scans at once.
pub const MAX_FILES_BYTES: u64 = 3 * evidence::LONGEST + (1 << 20);

/// A file of a form.
#[derive(Clone)]
pub struct File {
    field: String,
    /// What it is called where it came from: nothing to open anything by.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// A form as somebody has filled it in.
#[derive(Clone)]
pub struct Filled(Arc<(Vec<(String, String)>, Vec<File>)>);

impl Filled {
    /// A form without files.
    pub fn of_fields(fields: Vec<(String, String)>) -> Self {
        Self(Arc::new((fields, Vec::new())))
    }

    /// A form with files, from the body of a request; `None` if it is none.
    ///
    /// # Errors
    /// It is longer than it may be, or broken off.
    pub async fn read(headers: &HeaderMap, body: Body) -> Result<Self, Trouble> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let broken = |_| Trouble::invalid("trouble-invalid");
        let boundary = multer::parse_boundary(kind.unwrap_or_default()).map_err(broken)?;
        let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(MAX_FILES_BYTES));
        let mut parts = Multipart::with_constraints(body.into_data_stream(), boundary, limits);
        let (mut fields, mut files) = (Vec::new(), Vec::new());
        let failed = |error: multer::Error| match error {
            multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. } => {
                Trouble::too_large()
            }
            _ => Trouble::invalid("trouble-invalid"),
        };
        while let Some(part) = parts.next_field().await.map_err(failed)? {
            let field = part.name().unwrap_or_default().to_string();
            match part.file_name().map(harmless) {
                None => fields.push((field, part.text().await.map_err(failed)?)),
                Some(name) => {
                    let bytes = part.bytes().await.map_err(failed)?.to_vec();
                    // A field in which nobody has picked a file comes as one without name and content.
                    if !(name.is_empty() && bytes.is_empty()) {
                        files.push(File { field, name, bytes });
                    }
                }
            }
        }
        Ok(Self(Arc::new((fields, files))))
    }

    /// What was filled in for the first field of this name, without spaces around it; empty if nothing was.
    pub fn text(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// Everything that was filled in for fields of this name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let (fields, _) = &*self.0;
        fields.iter().filter(move |(field, _)| field == name).map(|(_, text)| text.trim())
    }

    /// The files that were picked in fields of this name.
    pub fn files(&self, name: &str) -> impl Iterator<Item = &File> {
        let (_, files) = &*self.0;
        files.iter().filter(move |file| file.field == name)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Filled {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Trouble::invalid("trouble-invalid"))
    }
}
