//! The page in the window, as a person finds their way in it: by roles, labels and words.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::process;
use crate::stage::Stage;
use crate::webdriver::Session;

/// An open app.
pub(crate) struct Page<'a> {
    session: Session,
    stage: &'a Stage,
    /// The page's own way to its engine, as JavaScript: `ask(operation, input)` and `hear(listener)`.
    road: String,
}

/// In the desktop window: the shell's one command, and its one event.
const OVER_THE_SHELL: &str = r"
  const tauri = window.__TAURI_INTERNALS__;
  const ask = (operation, input) => tauri.invoke('call', { operation, input });
  const hear = (listener) => tauri.invoke('plugin:event|listen',
    { event: 'headroom', target: { kind: 'Any' }, handler: tauri.transformCallback(listener) });
";

/// In a browser: REST. What the page hears is its own; here it is asked again after a moment.
const OVER_REST: &str = r"
  const ask = async (operation, input) => {
    const response = await fetch(`/api/operations/${operation}`,
      { method: 'POST', headers: { Authorization: 'Bearer TOKEN', 'Content-Type': 'application/json' }, body: JSON.stringify(input) });
    const answer = await response.json();
    if (!response.ok) throw { ...answer, message: answer.detail };
    return answer;
  };
  const hear = async (listener) => { setInterval(listener, 250); };
";

/// Calls back as soon as `EXPRESSION` gives something, looking after every change of the document; or after the bound, with
/// what is on screen instead. Nothing is polled: the page itself says when it changes.
const WAIT_FOR: &str = r"
  const [argument, milliseconds, done] = arguments;
  const look = () => (EXPRESSION);
  let observer, alarm;
  const end = (answer) => { observer.disconnect(); clearTimeout(alarm); done(answer); };
  const check = () => {
    let found;
    try { found = look(); } catch (error) { end({ fault: String(error) }); return; }
    if (found !== null && found !== undefined && found !== false) end({ found });
  };
  observer = new MutationObserver(check);
  alarm = setTimeout(() => end({ screen: document.body.innerText }), milliseconds);
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  check();
";

/// Asks the engine, and again after each of its events, until `EXPRESSION` over the `answer` gives something; or gives the last
/// answer after the bound.
const WAIT_FOR_ENGINE: &str = r"
  const [operation, input, milliseconds, done] = arguments;
  const holds = (answer) => (EXPRESSION);
  let isOver = false, last;
  const end = (answer) => { if (!isOver) { isOver = true; clearTimeout(alarm); done(answer); } };
  const alarm = setTimeout(() => end({ last }), milliseconds);
  const look = async () => {
    try {
      last = await ask(operation, input);
      const found = holds(last);
      if (found) end({ found });
    } catch (error) { end({ fault: error.message ?? String(error) }); }
  };
  hear(look).then(look, (error) => end({ fault: String(error) }));
";

impl<'a> Page<'a> {
    pub(crate) fn new(session: Session, stage: &'a Stage) -> Self {
        Self { session, stage, road: OVER_THE_SHELL.to_owned() }
    }

    /// A page in a browser, whose engine is asked with `token`.
    pub(crate) fn browsing(session: Session, stage: &'a Stage, token: &str) -> Self {
        Self { session, stage, road: OVER_REST.replace("TOKEN", token) }
    }

    /// Waits until the JavaScript `expression` over `argument` gives something; panics with what is on screen after `bound`.
    pub(crate) fn wait_for(&self, bound: Duration, what: &str, expression: &str, argument: &Value) -> Value {
        let mut answer = self
            .session
            .run(&WAIT_FOR.replace("EXPRESSION", expression), &[argument.clone(), json!(bound.as_millis() as u64)])
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        if !answer["found"].is_null() {
            return answer["found"].take();
        }
        self.keep_picture("missed");
        panic!(
            "not within {bound:?}: {what}\n{}{}\n",
            answer["screen"].as_str().unwrap_or_default(),
            answer["fault"].as_str().unwrap_or_default()
        );
    }

    /// Waits until the JavaScript `expression` over the `answer` of an operation gives something, asked again after each event of the
    /// engine; panics with the last answer after `bound`.
    pub(crate) fn wait_for_engine(&self, bound: Duration, what: &str, operation: &str, input: &Value, expression: &str) -> Value {
        let script = self.road.clone() + &WAIT_FOR_ENGINE.replace("EXPRESSION", expression);
        let arguments = [json!(operation), input.clone(), json!(bound.as_millis() as u64)];
        let mut answer = self.session.run(&script, &arguments).unwrap_or_else(|error| panic!("{what}: {error}"));
        if !answer["found"].is_null() {
            return answer["found"].take();
        }
        self.keep_picture("missed");
        panic!("not within {bound:?}: {what}\n{}\n{}", answer["fault"].as_str().unwrap_or_default(), answer["last"]);
    }

    /// Waits until the words stand on the screen.
    pub(crate) fn wait_for_words(&self, bound: Duration, words: &str) {
        self.wait_for(bound, &format!("the words \"{words}\""), "document.body.innerText.includes(argument)", &json!(words));
    }

    /// Waits for the element that `selector` (CSS) finds, and gives it.
    pub(crate) fn wait_for_element(&self, bound: Duration, selector: &str) -> Value {
        self.wait_for(bound, &format!("the element {selector}"), "document.querySelector(argument)", &json!(selector))
    }

    /// Waits for the element that can be pressed and is called `name`, and presses it.
    pub(crate) fn press(&self, bound: Duration, name: &str) {
        let found = self.wait_for(
            bound,
            &format!("something to press called \"{name}\""),
            "[...document.querySelectorAll('button, a, [role=button], [role=tab], [role=option], [role=radio], summary')].find((element) => \
               !element.disabled && element.ariaDisabled !== 'true' && element.getClientRects().length > 0 && \
               (element.getAttribute('aria-label') ?? element.innerText).trim() === argument)",
            &json!(name),
        );
        self.session.click(&found).unwrap_or_else(|error| panic!("press \"{name}\": {error}"));
    }

    /// Presses the element that `selector` (CSS) finds.
    pub(crate) fn press_element(&self, bound: Duration, selector: &str) {
        let found = self.wait_for_element(bound, selector);
        self.session.click(&found).unwrap_or_else(|error| panic!("press {selector}: {error}"));
    }

    /// Moves the pointer over an element.
    pub(crate) fn point_at(&self, element: &Value) {
        self.session.point_at(element).unwrap_or_else(|error| panic!("point: {error}"));
    }

    /// Types into the empty field that `selector` (CSS) finds.
    pub(crate) fn fill(&self, bound: Duration, selector: &str, text: &str) {
        let found = self.wait_for_element(bound, selector);
        self.session.type_text(&found, text).unwrap_or_else(|error| panic!("fill {selector}: {error}"));
    }

    /// Presses keys together, wherever the focus is.
    pub(crate) fn keys(&self, keys: &[&str]) {
        self.session.press_keys(keys).unwrap_or_else(|error| panic!("press {keys:?}: {error}"));
    }

    /// Types, wherever the focus is.
    pub(crate) fn keys_one_by_one(&self, words: &str) {
        words.chars().for_each(|letter| self.keys(&[&letter.to_string()]));
    }

    /// What the body of a JavaScript function answers.
    pub(crate) fn evaluate(&self, body: &str) -> Value {
        let script = format!("const done = arguments[arguments.length - 1]; done((() => {{ {body} }})());");
        self.session.run(&script, &[]).unwrap_or_else(|error| panic!("evaluate: {error}"))
    }

    /// Keeps a picture of the window among the artefacts.
    pub(crate) fn keep_picture(&self, name: &str) {
        let picture = self.session.screenshot().unwrap_or_else(|error| panic!("picture {name}: {error}"));
        self.stage.keep_picture(name, &picture);
    }

    /// Goes to a page by its address.
    pub(crate) fn go(&self, path: &str) {
        let script = "const [path, done] = arguments; window.location.hash = path; done();";
        self.session.run(script, &[json!(path)]).unwrap_or_else(|error| panic!("go to {path}: {error}"));
    }

    /// Asks the engine, over the window's own road.
    pub(crate) fn call(&self, operation: &str, input: &Value) -> Result<Value, Value> {
        let script = self.road.clone()
            + "const [operation, input, done] = arguments; \
               ask(operation, input).then((answer) => done({ answer }), (error) => done({ error }));";
        let mut answered =
            self.session.run(&script, &[json!(operation), input.clone()]).unwrap_or_else(|error| panic!("{operation}: {error}"));
        if answered["error"].is_null() { Ok(answered["answer"].take()) } else { Err(answered["error"].take()) }
    }

    /// The app's process.
    pub(crate) fn app_id(&self) -> u32 {
        self.stage.app_id()
    }

    /// Starts the app once more on the same desktop and gives its exit code.
    pub(crate) fn start_beside(&self, data: &Path, more: &[&str]) -> Option<i32> {
        self.stage.start_beside(data, more)
    }

    /// Waits until the window is off the screen, while the page in it goes on.
    pub(crate) fn wait_until_hidden(&self, bound: Duration) {
        process::until(bound, "the window is hidden", || !self.stage.shows_a_window());
    }

    /// Waits until the window is on the screen again.
    pub(crate) fn wait_until_shown(&self, bound: Duration) {
        process::until(bound, "the window is shown", || self.stage.shows_a_window());
    }

    /// Where it plays.
    pub(crate) fn stage(&self) -> &'a Stage {
        self.stage
    }

    /// Ends the app as a logout does, and waits until it and all that it started are gone.
    pub(crate) fn end_by_signal(self) {
        process::terminate(self.app_id());
        self.stage.wait_for_the_app_to_end();
        self.session.close();
    }

    /// Closes the window, and waits until the app and all that it started are gone.
    pub(crate) fn close(self) {
        self.session.close();
        self.stage.wait_for_the_app_to_end();
    }
}

impl Drop for Page<'_> {
    fn drop(&mut self) {
        // A failed journey leaves no app behind: the driver ends it with the session.
        if std::thread::panicking() {
            self.session.close();
        }
    }
}
