//! The access package as a page that opens anywhere: one file, no script, nothing loaded.

use std::fmt::Write as _;

use serde_json::Value;

use super::access::Package;

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}\
table{border-collapse:collapse;margin:.5em 0}td,th{border:1px solid #999;padding:.2em .5em;text-align:left;\
vertical-align:top;overflow-wrap:anywhere}img{max-width:100%;height:auto}";

/// The page. Every text in it is data and is escaped.
pub fn render(package: &Package) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self'; \
         style-src 'unsafe-inline'\"><title>What is held about you</title><style>{STYLE}</style></head><body>\n\
         <h1>What is held about you</h1>\n<p>Made on {}. The same as data: <a href=\"data.json\">data.json</a>.</p>\n",
        escaped(&package.made_at)
    );
    page.push_str("<h2>Why, for how long, and your rights</h2>\n");
    value(&mut page, &package.information);
    page.push_str("<h2>Your photos</h2>\n<p>Everybody else is hidden in them.</p>\n");
    for photo in &package.photos {
        let _ = match (&photo.file, &photo.reason) {
            (Some(file), _) => {
                writeln!(page, "<p><img src=\"{}\" alt=\"A photo of you\"></p>", escaped(file))
            }
            (None, reason) => {
                let reason = reason.as_deref().unwrap_or("no reason is known");
                writeln!(page, "<p>One photo could not be made: {}. Ask for it.</p>", escaped(reason))
            }
        };
    }
    page.push_str("<h2>Who got photos that show you</h2>\n");
    value(&mut page, &Value::Array(package.recipients.clone()));
    page.push_str("<h2>Receipts of what you said</h2>\n<ul>\n");
    for file in &package.receipts {
        let file = escaped(file);
        let _ = writeln!(page, "<li><a href=\"{file}\">{file}</a></li>");
    }
    page.push_str("</ul>\n<h2>Everything that is stored</h2>\n");
    for (table, rows) in &package.held {
        let _ = writeln!(page, "<h3>{}</h3>", escaped(table));
        for row in rows {
            page.push_str("<table>\n");
            for (column, text) in row {
                let why = package.columns.get(&format!("{table}.{column}"));
                let why = why.or_else(|| package.columns.get(&format!("{table}.sealed_{column}")));
                let why = why.and_then(|label| label["why"].as_str()).unwrap_or_default();
                let _ = writeln!(
                    page,
                    "<tr><th>{}</th><td>{}</td><td>{}</td></tr>",
                    escaped(column),
                    escaped(text),
                    escaped(why)
                );
            }
            page.push_str("</table>\n");
        }
    }
    page.push_str("<h2>What the log says about you</h2>\n");
    for entry in &package.log {
        value(&mut page, &entry["says"]);
    }
    page.push_str("</body></html>\n");
    page
}

fn value(page: &mut String, of: &Value) {
    match of {
        Value::Object(members) => {
            page.push_str("<table>\n");
            for (name, member) in members {
                let _ = write!(page, "<tr><th>{}</th><td>", escaped(&name.replace('_', " ")));
                value(page, member);
                page.push_str("</td></tr>\n");
            }
            page.push_str("</table>\n");
        }
        Value::Array(items) if items.is_empty() => page.push_str("<p>nothing</p>\n"),
        Value::Array(items) => {
            page.push_str("<ul>\n");
            for item in items {
                page.push_str("<li>");
                value(page, item);
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
