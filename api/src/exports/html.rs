use super::{Export, Table};

const STYLE: &str = "body{font:11pt/1.4 system-ui,sans-serif;margin:2em;color:#111}h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em}\
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2em 1em}dt{font-weight:600}dd{margin:0}table{border-collapse:collapse;width:100%}\
th,td{border:1px solid #999;padding:.3em .5em;text-align:left;vertical-align:top;white-space:pre-wrap;overflow-wrap:anywhere}th{background:#eee}\
tr{break-inside:avoid}thead{display:table-header-group}@page{size:A4 landscape;margin:1.5cm}@media print{body{margin:0}th{background:#eee!important;print-color-adjust:exact}}";

/// A page to print: one file, no scripts, nothing from elsewhere.
pub(super) fn write(export: &Export) -> String {
    let title = escaped(&export.title);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style></head>\n<body>\n<h1 dir=\"auto\">{title}</h1>\n<dl>",
        export.language.tag()
    );
    for (name, value) in &export.facts {
        out.push_str(&format!("<dt>{}</dt><dd dir=\"auto\">{}</dd>", escaped(name), escaped(value)));
    }
    out.push_str("</dl>\n");
    for table in &export.tables {
        write_table(&mut out, table);
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn write_table(out: &mut String, table: &Table) {
    out.push_str(&format!("<h2>{}</h2>\n<table>\n<thead><tr>", escaped(&table.title)));
    for column in &table.columns {
        out.push_str(&format!("<th scope=\"col\">{}</th>", escaped(column)));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for cell in row {
            out.push_str(&format!("<td dir=\"auto\">{}</td>", escaped(cell)));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
