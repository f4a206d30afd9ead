//! One caller's closure with its types erased, and the marks that running it leaves on its transaction.
//! It may assume that the engine calls `run`, perhaps again, then `answer` once. It never lets a panic out.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use super::Tx;
use crate::fault::Fault;
use crate::measure::Tally;

/// How a run of the closure ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ran {
    /// The closure wants its statements kept.
    Keep,
    /// The closure returned an error: take them back.
    Undo,
    /// The closure panicked: take them back.
    Panicked,
}

pub(super) trait Work: Send {
    fn name(&self) -> &'static str;
    fn run(&mut self, tx: &mut dyn Tx) -> Ran;
    /// Puts a fault in the place of what the closure returned.
    fn overrule(&mut self, fault: Fault);
    /// True when the caller no longer waits.
    fn abandoned(&self) -> bool;
    fn answer(self: Box<Self>);
}

/// What statements leave behind for the engine to decide by.
#[derive(Default)]
pub(super) struct Marks {
    /// The first fault of a statement: the transaction cannot be kept.
    pub(super) doomed: Option<Fault>,
    /// The engine said that the same transaction may succeed when run again.
    pub(super) again: bool,
    /// The connection is gone.
    pub(super) lost: bool,
    /// A job was enqueued.
    pub(super) wake: bool,
    /// What is to be counted once it is durable.
    pub(super) tallies: Vec<Tally>,
}

impl Marks {
    pub(super) fn doom(&mut self, fault: &Fault) {
        self.doomed.get_or_insert_with(|| fault.clone());
    }

    /// Takes what one of several transactions leaves for the commit of all.
    pub(super) fn join(&mut self, mut other: Self) {
        self.wake |= other.wake;
        self.tallies.append(&mut other.tallies);
    }
}

pub(super) struct Unit<T, E, F> {
    name: &'static str,
    work: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Unit<T, E, F>
where
    F: Fn(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Fault> + Send + 'static,
{
    #[expect(clippy::new_ret_no_self, reason = "its type is erased at once; nobody names it")]
    pub(super) fn new(name: &'static str, work: F) -> (Box<dyn Work>, oneshot::Receiver<Result<T, E>>) {
        let (reply, answer) = oneshot::channel();
        (Box::new(Self { name, work, result: None, reply }), answer)
    }
}

impl<T, E, F> Work for Unit<T, E, F>
where
    F: Fn(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Fault> + Send + 'static,
{
    fn name(&self) -> &'static str {
        self.name
    }

    fn run(&mut self, tx: &mut dyn Tx) -> Ran {
        // The closure is `Fn` and its transaction is taken back, so nothing half-changed is seen after a panic.
        let (result, ran) = match catch_unwind(AssertUnwindSafe(|| (self.work)(tx))) {
            Ok(Ok(value)) => (Ok(value), Ran::Keep),
            Ok(Err(error)) => (Err(error), Ran::Undo),
            Err(_) => {
                (Err(Fault::other(format!("{}: the transaction panicked", self.name)).into()), Ran::Panicked)
            }
        };
        self.result = Some(result);
        ran
    }

    fn overrule(&mut self, fault: Fault) {
        self.result = Some(Err(fault.into()));
    }

    fn abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn answer(self: Box<Self>) {
        let result = self.result.unwrap_or_else(|| Err(Fault::stopped(self.name).into()));
        // A caller that no longer waits has chosen not to know.
        drop(self.reply.send(result));
    }
}
