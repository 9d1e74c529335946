//! What numbers are kept apart by.

use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::value::Value;

use super::packed::Damaged;

/// Spans that are counted together.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Series {
    /// `service.name` of who recorded them.
    pub service: Option<String>,
    /// Their kind.
    pub kind: Option<String>,
    /// Their name; of a tool's span, the tool's.
    pub name: Option<String>,
    /// The model that they called.
    pub model: Option<String>,
    /// Whose model it is.
    pub provider: Option<String>,
    /// The agent that they are part of: the nearest one above.
    pub agent: Option<String>,
}

impl Series {
    const fn members(&self) -> [&Option<String>; 6] {
        [&self.service, &self.kind, &self.name, &self.model, &self.provider, &self.agent]
    }

    /// Whether it is that of what happened outside of any step.
    #[must_use]
    pub const fn is_of_no_step(&self) -> bool {
        let [_, kind, name, model, provider, agent] = self.members();
        kind.is_none() && name.is_none() && model.is_none() && provider.is_none() && agent.is_none()
    }

    /// As a text, one for each series: a canonical JSON list.
    #[must_use]
    pub fn to_key(&self) -> String {
        let list = self.members().map(|member| member.as_deref().map_or(Value::Null, Value::from));
        String::from_utf8_lossy(&json::write(&Value::List(list.to_vec()))).into_owned()
    }

    /// Reads what [`Series::to_key`] gave.
    ///
    /// # Errors
    /// [`Damaged`] for anything else.
    pub fn from_key(key: &str) -> Result<Self, Damaged> {
        let Ok(Value::List(list)) = json::read(key.as_bytes(), &ReadOptions::default()) else { return Err(Damaged) };
        let mut members = list.into_iter().map(|member| match member {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text)),
            _ => Err(Damaged),
        });
        let mut next = || members.next().ok_or(Damaged)?;
        Ok(Self { service: next()?, kind: next()?, name: next()?, model: next()?, provider: next()?, agent: next()? })
    }
}

#[cfg(test)]
mod tests {
    use super::Series;

    #[test]
    fn a_key_is_read_back() {
        let series = Series {
            service: Some("shop".to_owned()),
            kind: Some("tool".to_owned()),
            name: Some("say \"hi\"\n".to_owned()),
            ..Series::default()
        };
        assert_eq!(series.to_key(), r#"["shop","tool","say \"hi\"\n",null,null,null]"#);
        assert_eq!(Series::from_key(&series.to_key()), Ok(series));
        for bad in ["", "[]", "[1,2,3,4,5,6]", "{}", r#"["a"]"#] {
            assert!(Series::from_key(bad).is_err(), "{bad}");
        }
    }
}
