//! The access package as a page that opens anywhere: one file, no script, nothing loaded.

use std::fmt::Write as _;

use serde_json::Value;

use super::access::Package;
use super::messages::Messages;

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}\
table{border-collapse:collapse;margin:.5em 0}td,th{border:1px solid #999;padding:.2em .5em;text-align:left;\
vertical-align:top;overflow-wrap:anywhere}img{max-width:100%;height:auto}";

/// The page. Every text in it is data and is escaped.
pub fn render(package: &Package, texts: &Messages) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self'; \
         style-src 'unsafe-inline'\"><title>{title}</title><style>{STYLE}</style></head><body>\n\
         <h1>{title}</h1>\n<p>{} {}. {} <a href=\"data.json\">data.json</a></p>\n",
        escaped(&texts.language),
        escaped(&texts.made_on),
        escaped(&package.made_at),
        escaped(&texts.as_data),
        title = escaped(&texts.title),
    );
    heading(&mut page, &texts.reasons);
    value(&mut page, &package.information, texts);
    heading(&mut page, &texts.photos);
    let _ = writeln!(page, "<p>{}</p>", escaped(&texts.photos_note));
    for photo in &package.photos {
        let _ = match (&photo.file, &photo.reason) {
            (Some(file), _) => {
                writeln!(page, "<p><img src=\"{}\" alt=\"{}\"></p>", escaped(file), escaped(&texts.photo_alt))
            }
            (None, reason) => {
                let reason = reason.as_deref().unwrap_or("–");
                writeln!(page, "<p>{} {}</p>", escaped(&texts.photo_failed), escaped(reason))
            }
        };
    }
    heading(&mut page, &texts.recipients);
    value(&mut page, &Value::Array(package.recipients.clone()), texts);
    heading(&mut page, &texts.views);
    value(&mut page, &serde_json::to_value(&package.views).unwrap_or_default(), texts);
    for (title, files) in [(&texts.evidence, &package.evidence), (&texts.receipts, &package.receipts)] {
        heading(&mut page, title);
        links(&mut page, files, texts);
    }
    heading(&mut page, &texts.held);
    for (table, rows) in &package.held {
        let _ = writeln!(page, "<h3>{}</h3>", escaped(texts.word(table)));
        for row in rows {
            page.push_str("<table>\n");
            for (column, text) in row {
                let why = package.columns.get(&format!("{table}.{column}"));
                let why = why.or_else(|| package.columns.get(&format!("{table}.sealed_{column}")));
                let why = why.and_then(|label| label["why"].as_str()).unwrap_or_default();
                let _ = writeln!(
                    page,
                    "<tr><th>{}</th><td>{}</td><td>{}</td></tr>",
                    escaped(texts.word(column)),
                    escaped(text),
                    escaped(texts.said(why))
                );
            }
            page.push_str("</table>\n");
        }
    }
    heading(&mut page, &texts.log);
    for entry in &package.log {
        value(&mut page, &entry["says"], texts);
    }
    page.push_str("</body></html>\n");
    page
}

fn heading(page: &mut String, text: &str) {
    let _ = writeln!(page, "<h2>{}</h2>", escaped(text));
}

fn links(page: &mut String, files: &[String], texts: &Messages) {
    if files.is_empty() {
        let _ = writeln!(page, "<p>{}</p>", escaped(&texts.nothing));
        return;
    }
    page.push_str("<ul>\n");
    for file in files {
        let file = escaped(file);
        let _ = writeln!(page, "<li><a href=\"{file}\">{file}</a></li>");
    }
    page.push_str("</ul>\n");
}

fn value(page: &mut String, of: &Value, texts: &Messages) {
    match of {
        Value::Object(members) => {
            page.push_str("<table>\n");
            for (name, member) in members {
                let word = texts.word(name).replace('_', " ");
                let _ = write!(page, "<tr><th>{}</th><td>", escaped(&word));
                match member.as_str() {
                    Some(text) if ["what", "who", "of", "why"].contains(&name.as_str()) => {
                        page.push_str(&escaped(texts.said(text)))
                    }
                    _ => value(page, member, texts),
                }
                page.push_str("</td></tr>\n");
            }
            page.push_str("</table>\n");
        }
        Value::Array(items) if items.is_empty() => {
            let _ = writeln!(page, "<p>{}</p>", escaped(&texts.nothing));
        }
        Value::Array(items) => {
            page.push_str("<ul>\n");
            for item in items {
                page.push_str("<li>");
                value(page, item, texts);
                page.push_str("</li>\n");
            }
            page.push_str("</ul>\n");
        }
        Value::String(text) => page.push_str(&escaped(text)),
        Value::Null => page.push('–'),
        other => page.push_str(&escaped(&other.to_string())),
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_write_into_the_page() {
        assert_eq!(escaped("<b>\"'&"), "&lt;b&gt;&quot;&#39;&amp;");
    }
}
