//! JSON Schemas of what goes over the wire: the types that the window is compiled against, said in another language.
//!
//! Those types are made from the Rust types and kept fresh by a test, with their comments. Reading them keeps one description of
//! each type. Only the few forms that are made are read; anything else is an error, which a test would find.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rust_embed::RustEmbed;
use serde_json::{Map, Value, json};

#[derive(RustEmbed)]
#[folder = "../../ui/src/backend/generated"]
struct Types;

/// Where schemas refer to each other.
pub const PREFIX: &str = "#/components/schemas/";
/// The schema that is the named type's.
#[must_use]
pub fn reference(name: &str) -> Value {
    json!({ "$ref": format!("{PREFIX}{name}") })
}

/// The file that lists the operations, not a type.
const OPERATIONS: &str = "operations.ts";
/// Deeper inputs are not walked.
const DEEPEST: usize = 32;

/// The schema of each type, by its name, and the input and output of each operation.
#[derive(Debug)]
pub struct Schemas {
    /// By the type's name.
    pub types: BTreeMap<String, Value>,
    /// Input and output of each operation, by its name on the wire.
    pub operations: BTreeMap<String, (Value, Value)>,
}

/// All schemas; read once.
pub fn all() -> &'static Schemas {
    static ALL: LazyLock<Schemas> = LazyLock::new(|| {
        read().unwrap_or_else(|problem| {
            // A test reads every type that ships; this can only be a build that was never tested.
            tracing::error!(problem, "the schemas of the API could not be read");
            Schemas { types: BTreeMap::new(), operations: BTreeMap::new() }
        })
    });
    &ALL
}

/// Reads every type.
///
/// # Errors
/// Which file is not of the form, and where.
fn read() -> Result<Schemas, String> {
    let mut declared = BTreeMap::new();
    let mut operations = BTreeMap::new();
    for name in Types::iter() {
        let file = Types::get(&name).ok_or_else(|| format!("{name} is gone"))?;
        let text = String::from_utf8_lossy(&file.data);
        let in_file = |problem: String| format!("{name}: {problem}");
        let mut reader = Reader::of(&text).map_err(in_file)?;
        if name == OPERATIONS {
            operations = reader.operations().map_err(in_file)?;
        } else {
            let declaration = reader.declaration().map_err(in_file)?;
            declared.insert(declaration.name.clone(), declaration);
        }
    }
    let world = World { declared };
    let plain = |form: &Form| world.schema(form, &BTreeMap::new());
    let types = world.declared.values().filter(|declaration| declaration.parameters.is_empty());
    let types = types.map(|declaration| {
        let mut schema = plain(&declaration.form)?;
        describe(&mut schema, &declaration.comment);
        Ok((declaration.name.clone(), schema))
    });
    let operations = operations
        .into_iter()
        .map(|(name, (input, output))| Ok((name, (plain(&input)?, plain(&output)?))))
        .collect::<Result<_, String>>()?;
    Ok(Schemas { types: types.collect::<Result<_, String>>()?, operations })
}

impl Schemas {
    /// The paths of fields in `value` that its schema does not know, as far as that says.
    #[must_use]
    pub fn unknown_fields(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut found = Vec::new();
        self.walk(schema, value, "", 0, &mut found);
        found
    }

    fn walk(&self, schema: &Value, value: &Value, path: &str, depth: usize, found: &mut Vec<String>) {
        if depth > DEEPEST {
            return;
        }
        let schema = self.resolved(schema);
        match value {
            Value::Object(fields) => {
                let Some(known) = schema.get("properties").and_then(Value::as_object) else { return };
                for (name, value) in fields {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    match known.get(name) {
                        Some(schema) => self.walk(schema, value, &path, depth + 1, found),
                        None => found.push(path),
                    }
                }
            }
            Value::Array(items) => {
                let Some(schema) = schema.get("items") else { return };
                for (index, item) in items.iter().enumerate() {
                    self.walk(schema, item, &format!("{path}.{index}"), depth + 1, found);
                }
            }
            _ => {}
        }
    }

    /// The schema that a reference names.
    #[must_use]
    pub fn of<'a>(&'a self, schema: &'a Value) -> &'a Value {
        self.resolved(schema)
    }

    /// The schema of a field.
    #[must_use]
    pub fn field<'a>(&'a self, schema: &'a Value, name: &str) -> Option<&'a Value> {
        self.resolved(schema).get("properties")?.get(name)
    }

    /// The same schema without one field.
    #[must_use]
    pub fn without(&self, schema: &Value, name: &str) -> Value {
        let mut schema = self.resolved(schema).clone();
        if let Some(fields) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            fields.remove(name);
        }
        if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|field| field != name);
        }
        schema
    }

    /// The schema behind references and optional nothings.
    fn resolved<'a>(&'a self, mut schema: &'a Value) -> &'a Value {
        for _ in 0..DEEPEST {
            let reference = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix(PREFIX));
            let next = reference.and_then(|name| self.types.get(name)).or_else(|| {
                let mut choices = schema.get("anyOf")?.as_array()?.iter().filter(|choice| **choice != json!({ "type": "null" }));
                let only = choices.next()?;
                choices.next().is_none().then_some(only)
            });
            match next {
                Some(next) => schema = next,
                None => break,
            }
        }
        schema
    }
}

fn describe(schema: &mut Value, comment: &str) {
    if comment.is_empty() {
        return;
    }
    // What stands beside a reference belongs to the place, not to the type.
    if let Value::Object(fields) = schema {
        fields.insert("description".to_owned(), comment.into());
    }
}

/// A declared type.
#[derive(Debug)]
struct Declaration {
    name: String,
    parameters: Vec<String>,
    form: Form,
    comment: String,
}

/// The form of a type.
#[derive(Debug, Clone, PartialEq)]
enum Form {
    Text,
    Number,
    Truth,
    Nothing,
    Anything,
    Literal(Value),
    Named(String, Vec<Form>),
    List(Box<Form>),
    Tuple(Vec<Form>),
    Fields(Vec<Field>),
    /// Any keys, each with this.
    Keyed(Box<Form>),
    OneOf(Vec<Form>),
    AllOf(Vec<Form>),
}

#[derive(Debug, Clone, PartialEq)]
struct Field {
    name: String,
    optional: bool,
    form: Form,
    comment: String,
}

struct World {
    declared: BTreeMap<String, Declaration>,
}

impl World {
    /// The schema of a form, where `given` says what a generic type's parameters are.
    fn schema(&self, form: &Form, given: &BTreeMap<&str, Value>) -> Result<Value, String> {
        Ok(match form {
            Form::Text => json!({ "type": "string" }),
            Form::Number => json!({ "type": "number" }),
            Form::Truth => json!({ "type": "boolean" }),
            Form::Nothing => json!({ "type": "null" }),
            Form::Anything => json!({}),
            Form::Literal(value) => json!({ "const": value }),
            Form::List(item) => json!({ "type": "array", "items": self.schema(item, given)? }),
            Form::Tuple(items) => {
                let each = items.iter().map(|item| self.schema(item, given)).collect::<Result<Vec<_>, _>>()?;
                json!({ "type": "array", "prefixItems": each, "minItems": items.len(), "maxItems": items.len() })
            }
            Form::Keyed(value) => json!({ "type": "object", "additionalProperties": self.schema(value, given)? }),
            Form::Fields(fields) => self.object(fields, given)?,
            Form::AllOf(parts) => {
                json!({ "allOf": parts.iter().map(|part| self.schema(part, given)).collect::<Result<Vec<_>, _>>()? })
            }
            Form::OneOf(choices) => self.choice(choices, given)?,
            Form::Named(name, arguments) => {
                if let Some(schema) = given.get(name.as_str()) {
                    return Ok(schema.clone());
                }
                let declaration = self.declared.get(name).ok_or_else(|| format!("there is no type {name}"))?;
                if arguments.len() != declaration.parameters.len() {
                    return Err(format!("{name} takes {} parameters", declaration.parameters.len()));
                }
                if arguments.is_empty() {
                    return Ok(reference(name));
                }
                let arguments = arguments.iter().map(|argument| self.schema(argument, given)).collect::<Result<Vec<_>, _>>()?;
                let given = declaration.parameters.iter().map(String::as_str).zip(arguments).collect();
                self.schema(&declaration.form, &given)?
            }
        })
    }

    fn object(&self, fields: &[Field], given: &BTreeMap<&str, Value>) -> Result<Value, String> {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for field in fields {
            let mut schema = self.schema(&field.form, given)?;
            describe(&mut schema, &field.comment);
            properties.insert(field.name.clone(), schema);
            // What may be nothing may be left out of an input, and is there in every answer.
            let may_be_nothing = matches!(&field.form, Form::OneOf(choices) if choices.contains(&Form::Nothing));
            if !field.optional && !may_be_nothing {
                required.push(field.name.clone());
            }
        }
        Ok(json!({ "type": "object", "properties": properties, "required": required }))
    }

    fn choice(&self, choices: &[Form], given: &BTreeMap<&str, Value>) -> Result<Value, String> {
        let literals: Option<Vec<&Value>> = choices
            .iter()
            .map(|choice| match choice {
                Form::Literal(value) => Some(value),
                _ => None,
            })
            .collect();
        match literals {
            Some(literals) => Ok(json!({ "type": "string", "enum": literals })),
            None => Ok(json!({ "anyOf": choices.iter().map(|choice| self.schema(choice, given)).collect::<Result<Vec<_>, _>>()? })),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Number(f64),
    Sign(char),
    Comment(String),
}

/// Reads the forms that are made.
struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn of(text: &str) -> Result<Self, String> {
        Ok(Self { tokens: tokens(text)?, at: 0 })
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn is(&self, sign: char) -> bool {
        self.peek() == Some(&Token::Sign(sign))
    }

    fn take(&mut self, sign: char) -> bool {
        let is_there = self.is(sign);
        self.at += usize::from(is_there);
        is_there
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is_there = matches!(self.peek(), Some(Token::Word(found)) if found == word);
        self.at += usize::from(is_there);
        is_there
    }

    fn expect(&mut self, sign: char) -> Result<(), String> {
        if self.take(sign) { Ok(()) } else { Err(format!("expected {sign} and found {:?} at {}", self.peek(), self.at)) }
    }

    fn word(&mut self) -> Result<String, String> {
        match self.next() {
            Some(Token::Word(word) | Token::Text(word)) => Ok(word),
            other => Err(format!("expected a name and found {other:?}")),
        }
    }

    /// Comments here, joined to one.
    fn comment(&mut self) -> String {
        let mut said = Vec::new();
        while let Some(Token::Comment(comment)) = self.peek() {
            said.push(comment.clone());
            self.at += 1;
        }
        said.join("\n\n")
    }

    /// `export type Name<A, B> = …;`, past imports.
    fn declaration(&mut self) -> Result<Declaration, String> {
        let mut comment = String::new();
        while self.peek().is_some() {
            let here = self.comment();
            if !here.is_empty() {
                comment = here;
            }
            if self.take_word("import") {
                while self.next().is_some_and(|token| token != Token::Sign(';')) {}
                comment.clear();
                continue;
            }
            if !self.take_word("export") || !self.take_word("type") {
                return Err(format!("expected a type and found {:?}", self.peek()));
            }
            let name = self.word()?;
            let mut parameters = Vec::new();
            if self.take('<') {
                while !self.take('>') {
                    parameters.push(self.word()?);
                    let _ = self.take(',');
                }
            }
            self.expect('=')?;
            let form = self.form()?;
            return Ok(Declaration { name, parameters, form, comment });
        }
        Err("there is no type in it".to_owned())
    }

    /// `export interface Operations { name: { input: …; output: … }; … }`, past what stands before.
    fn operations(&mut self) -> Result<BTreeMap<String, (Form, Form)>, String> {
        while !self.take_word("interface") {
            if self.next().is_none() {
                return Err("there is no list of operations in it".to_owned());
            }
        }
        let _ = self.word()?;
        let Form::Fields(rows) = self.form()? else { return Err("the operations are no fields".to_owned()) };
        let mut operations = BTreeMap::new();
        for row in rows {
            let Form::Fields(sides) = row.form else { return Err(format!("{} has no input and output", row.name)) };
            let side = |name: &str| sides.iter().find(|side| side.name == name).map(|side| side.form.clone());
            let (Some(input), Some(output)) = (side("input"), side("output")) else { return Err(format!("{} lacks a side", row.name)) };
            operations.insert(row.name, (input, output));
        }
        Ok(operations)
    }

    fn form(&mut self) -> Result<Form, String> {
        let _ = self.comment();
        let _ = self.take('|');
        let mut choices = vec![self.joined()?];
        while self.take('|') {
            choices.push(self.joined()?);
        }
        Ok(if choices.len() == 1 { choices.remove(0) } else { Form::OneOf(choices) })
    }

    fn joined(&mut self) -> Result<Form, String> {
        let mut parts = vec![self.single()?];
        while self.take('&') {
            parts.push(self.single()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Form::AllOf(parts) })
    }

    fn single(&mut self) -> Result<Form, String> {
        let _ = self.comment();
        let mut form = match self.next() {
            Some(Token::Text(text)) => Form::Literal(text.into()),
            Some(Token::Number(number)) => Form::Literal(number.into()),
            Some(Token::Sign('(')) => {
                let form = self.form()?;
                self.expect(')')?;
                form
            }
            Some(Token::Sign('{')) => self.fields()?,
            Some(Token::Sign('[')) => Form::Tuple(self.arguments(']')?),
            Some(Token::Word(word)) => self.named(word)?,
            other => return Err(format!("expected a type and found {other:?} at {}", self.at)),
        };
        while self.is('[') && self.tokens.get(self.at + 1) == Some(&Token::Sign(']')) {
            self.at += 2;
            form = Form::List(Box::new(form));
        }
        Ok(form)
    }

    fn named(&mut self, word: String) -> Result<Form, String> {
        let mut arguments = if self.take('<') { self.arguments('>')? } else { Vec::new() };
        Ok(match (word.as_str(), arguments.len()) {
            ("string", 0) => Form::Text,
            ("number" | "bigint", 0) => Form::Number,
            ("boolean", 0) => Form::Truth,
            ("null" | "undefined", 0) => Form::Nothing,
            ("unknown" | "any" | "JsonValue", 0) => Form::Anything,
            ("Array", 1) => Form::List(Box::new(arguments.remove(0))),
            // `Record<symbol, never>`: no fields.
            ("Record", 2) if arguments[1] == Form::Named("never".to_owned(), Vec::new()) => Form::Fields(Vec::new()),
            ("Record", 2) => Form::Keyed(Box::new(arguments.remove(1))),
            _ => Form::Named(word, arguments),
        })
    }

    fn arguments(&mut self, end: char) -> Result<Vec<Form>, String> {
        let mut arguments = Vec::new();
        while !self.take(end) {
            arguments.push(self.form()?);
            let _ = self.take(',');
        }
        Ok(arguments)
    }

    /// After `{`: fields, or `[key in K]?: V`.
    fn fields(&mut self) -> Result<Form, String> {
        let mut fields = Vec::new();
        loop {
            let comment = self.comment();
            if self.take('}') {
                return Ok(Form::Fields(fields));
            }
            if self.take('[') {
                while !self.take(']') {
                    if self.next().is_none() {
                        return Err("a key without an end".to_owned());
                    }
                }
                let _ = self.take('?');
                self.expect(':')?;
                let form = self.form()?;
                let _ = self.take(',') || self.take(';');
                self.expect('}')?;
                return Ok(Form::Keyed(Box::new(form)));
            }
            let name = self.word()?;
            let optional = self.take('?');
            self.expect(':')?;
            let form = self.form()?;
            fields.push(Field { name, optional, form, comment });
            let _ = self.take(',') || self.take(';');
        }
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first.is_whitespace() {
            rest = rest.trim_start();
        } else if let Some(after) = rest.strip_prefix("//") {
            rest = after.split_once('\n').map_or("", |(_, rest)| rest);
        } else if let Some(after) = rest.strip_prefix("/*") {
            let (comment, after) = after.split_once("*/").ok_or("a comment without an end")?;
            found.push(Token::Comment(plain(comment)));
            rest = after;
        } else if first == '"' || first == '\'' {
            let after = &rest[1..];
            let (text, after) = after.split_once(first).ok_or("a text without an end")?;
            found.push(Token::Text(text.to_owned()));
            rest = after;
        } else if first.is_ascii_digit() || first == '-' {
            let end = rest[1..].find(|sign: char| !sign.is_ascii_digit() && sign != '.').map_or(rest.len(), |end| end + 1);
            found.push(Token::Number(rest[..end].parse().map_err(|_| format!("{} is no number", &rest[..end]))?));
            rest = &rest[end..];
        } else if first.is_alphabetic() || first == '_' || first == '$' {
            let end = rest.find(|sign: char| !sign.is_alphanumeric() && sign != '_' && sign != '$').unwrap_or(rest.len());
            found.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        } else {
            found.push(Token::Sign(first));
            rest = &rest[first.len_utf8()..];
        }
    }
    Ok(found)
}

/// The words of a comment without its stars.
fn plain(comment: &str) -> String {
    let lines = comment.lines().map(|line| line.trim().trim_start_matches('*').trim());
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use headroom_engine::operations::ALL;

    use super::*;

    #[test]
    fn every_type_that_ships_is_read_and_every_operation_has_its_schemas() {
        let schemas = read().expect("all are of the form");
        for operation in ALL {
            assert!(schemas.operations.contains_key(operation.name), "{}", operation.name);
        }
        assert!(schemas.types.len() > 100, "{}", schemas.types.len());
        let names = schemas.types.keys().cloned().collect::<std::collections::BTreeSet<_>>();
        let written = serde_json::to_string(&schemas.types.values().collect::<Vec<_>>()).expect("written");
        for reference in written.split(PREFIX).skip(1) {
            let name = reference.split('"').next().expect("an end");
            assert!(names.contains(name), "{name} is referred to and not there");
        }
    }

    fn schema_of(text: &str) -> Value {
        let declaration = Reader::of(text).and_then(|mut reader| reader.declaration()).expect("of the form");
        let form = declaration.form.clone();
        let world = World { declared: [(declaration.name.clone(), declaration)].into() };
        world.schema(&form, &BTreeMap::new()).expect("a schema")
    }

    #[test]
    fn fields_are_required_unless_they_may_be_nothing() {
        let schema = schema_of("/** A. */ export type A = { /** B. */ b: number, c?: string, d: boolean | null, };");
        assert_eq!(schema["required"], json!(["b"]));
        assert_eq!(schema["properties"]["b"], json!({ "type": "number", "description": "B." }));
        assert_eq!(schema["properties"]["d"], json!({ "anyOf": [{ "type": "boolean" }, { "type": "null" }] }));
    }

    #[test]
    fn unions_of_words_are_enumerations_and_the_rest_are_choices() {
        assert_eq!(schema_of(r#"export type A = "x" | "y";"#), json!({ "type": "string", "enum": ["x", "y"] }));
        let tagged = schema_of(r#"export type A = { "kind": "x" } & { b: Array<number>, } | { "kind": "y" };"#);
        assert_eq!(tagged["anyOf"][0]["allOf"][1]["properties"]["b"]["items"], json!({ "type": "number" }));
        assert_eq!(tagged["anyOf"][1]["properties"]["kind"], json!({ "const": "y" }));
    }

    #[test]
    fn maps_and_tuples_are_read() {
        let map = schema_of("export type A = { [key in string]?: [number, string] };");
        assert_eq!(map["additionalProperties"]["prefixItems"][1], json!({ "type": "string" }));
    }

    #[test]
    fn fields_that_a_schema_does_not_know_are_named_by_their_path() {
        let schemas = all();
        let (input, _) = &schemas.operations["save_policy"];
        let value = json!({ "deploymentId": "d", "draft": { "name": "n", "colour": 1, "metrics": [{ "metric": "cpu", "color": 2 }] } });
        assert_eq!(schemas.unknown_fields(input, &value), ["draft.colour", "draft.metrics.0.color"]);
    }
}
