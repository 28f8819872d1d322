use serde_json::Value;

/// What the server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub text: String,
    pub headers: Vec<(String, String)>,
}

impl Answer {
    /// The data; fails where there were errors.
    #[track_caller]
    pub fn data(&self) -> &Value {
        assert!(self.body.get("errors").is_none(), "{}", self.body);
        &self.body["data"]
    }

    /// Something in the data, by JSON pointer.
    #[track_caller]
    pub fn at(&self, pointer: &str) -> Value {
        self.data().pointer(pointer).unwrap_or_else(|| panic!("no {pointer} in {}", self.body)).clone()
    }

    /// Text in the data, by JSON pointer.
    #[track_caller]
    pub fn text(&self, pointer: &str) -> String {
        self.at(pointer).as_str().unwrap_or_else(|| panic!("no text at {pointer} in {}", self.body)).to_owned()
    }

    /// The extensions of the first error.
    #[track_caller]
    pub fn refusal(&self) -> &Value {
        self.body.pointer("/errors/0/extensions").unwrap_or_else(|| panic!("no error in {}", self.body))
    }

    /// Fails unless the answer is a refusal with this code.
    #[track_caller]
    pub fn refused(&self, code: &str) -> &Self {
        assert_eq!(self.refusal()["code"], code, "{}", self.body);
        self
    }

    /// And with this rule.
    #[track_caller]
    pub fn by(&self, rule: &str) -> &Self {
        assert_eq!(self.refusal()["rule"], rule, "{}", self.body);
        self
    }

    /// And naming this field.
    #[track_caller]
    pub fn field(&self, field: &str) -> &Self {
        assert_eq!(self.refusal()["field"], field, "{}", self.body);
        self
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}
