//! The bounded queue between callers and the engine's threads.
//! It may assume that each taken unit is answered or dropped. It never loses the order of arrival.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use super::work::Work;

pub(super) type BoxedWork = Box<dyn Work>;

/// The callers' end.
pub(super) struct Queue(mpsc::Sender<BoxedWork>);

/// The threads' end, shared by all threads of one pool.
#[derive(Clone)]
pub(super) struct Takers(Arc<Mutex<mpsc::Receiver<BoxedWork>>>);

impl Queue {
    pub(super) fn new(waiting: usize) -> (Self, Takers) {
        let (send, receive) = mpsc::channel(waiting.max(1));
        (Self(send), Takers(Arc::new(Mutex::new(receive))))
    }

    /// False when the threads have ended.
    pub(super) async fn send(&self, unit: BoxedWork) -> bool {
        self.0.send(unit).await.is_ok()
    }

    /// False when the threads have ended.
    pub(super) fn send_blocking(&self, unit: BoxedWork) -> bool {
        self.0.blocking_send(unit).is_ok()
    }
}

impl Takers {
    /// Waits for the next unit; `None` when every caller's end is gone.
    pub(super) fn next(&self) -> Option<BoxedWork> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv()
    }

    /// Waits for a unit and takes those that wait behind it, up to `limit` together.
    pub(super) fn next_group(&self, limit: usize) -> Option<Vec<BoxedWork>> {
        let mut receiver = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut group = vec![receiver.blocking_recv()?];
        while group.len() < limit
            && let Ok(unit) = receiver.try_recv()
        {
            group.push(unit);
        }
        Some(group)
    }
}
