//! A write does nothing when the rules that it was authorised by do not hold any more, on whatever node. Every kind of
//! write has a handle of its own here: once a fence has held one back, its handle has heard of the rule.

use docpal::core::access::Action;
use docpal::core::{Actor, Docpal, Error, RecordDraft, RecordId, Resource, Role, RuleSpec, Subject, TableId};
use docpal::query::{RecordsExt as _, ViewSpec};

use crate::world::{World, column};

#[derive(Clone, Copy, Debug)]
enum Write {
    Create,
    CreateMany,
    Update,
    Delete,
    DeleteMany,
}

const WRITES: [Write; 5] =
    [Write::Create, Write::CreateMany, Write::Update, Write::Delete, Write::DeleteMany];

/// A world with a record that a member may change, and another node that knows the rules as they were.
struct Stage {
    world: World,
    table: TableId,
    member: Actor,
    own: RecordId,
    other: Docpal,
}

impl Stage {
    async fn new() -> Self {
        let world = World::new().await;
        let (table, member) = (world.orders().await, world.member());
        let other = Docpal::start(world.db.pool().clone()).await.unwrap();
        let own = other.records(&member, table).create(&RecordDraft::new().set("customer", "Mia")).await;
        Self { own: own.unwrap().id(), world, table, member, other }
    }

    fn rule_against(&self, write: Write) -> RuleSpec {
        let action = match write {
            Write::Create | Write::CreateMany => Action::Create,
            Write::Update => Action::Update,
            Write::Delete | Write::DeleteMany => Action::Delete,
        };
        RuleSpec::deny(Resource::Table(self.table), Subject::Role(Role::Member), action)
    }

    /// What comes of the write on the other node, in a task of its own.
    fn begin(&self, write: Write) -> tokio::task::JoinHandle<Result<(), Error>> {
        let Self { table, own, .. } = *self;
        let (other, member) = (self.other.clone(), self.member.clone());
        tokio::spawn(async move {
            let records = other.records(&member, table);
            let draft = RecordDraft::new().set("customer", "Zoe");
            match write {
                Write::Create => records.create(&draft).await.map(drop),
                Write::CreateMany => records.create_many(&[draft]).await.map(drop),
                Write::Update => records.update(own, &draft, None).await.map(drop),
                Write::Delete => records.delete(own, None).await,
                Write::DeleteMany => records.delete_many(&[own]).await.map(drop),
            }
        })
    }

    async fn nothing_was_done(&self) {
        let mut names = column(&self.world.list(self.table, &ViewSpec::new()).await, "customer");
        names.sort_unstable();
        assert_eq!(names, ["Ada", "Bob", "Cleo", "Dan", "Eve", "Mia"]);
    }

    /// Does somebody wait for a lock in this database?
    async fn somebody_waits(&self) -> bool {
        let waiting = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        sqlx::query_scalar::<_, i64>(waiting).fetch_one(self.world.db.pool()).await.unwrap() > 0
    }
}

// Finding B4, and that a handle which had been held back once was asked again: its next write proved nothing.
#[tokio::test]
async fn a_write_that_was_authorised_under_older_rules_does_nothing_on_any_node() {
    for write in WRITES {
        let stage = Stage::new().await;
        // The other node has not heard of the rule when it authorises the write by the ones it knows.
        stage.world.docpal.rules(&stage.world.owner).create(&stage.rule_against(write)).await.unwrap();
        let error = stage.begin(write).await.unwrap().expect_err("a refusal");
        assert_eq!(error.code(), "not_allowed", "{write:?}");
        stage.nothing_was_done().await;
    }
}

/// The same where it is certain that the write was authorised before the rule, whatever the node had in its cache.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_waits_for_a_rule_that_is_being_made_and_is_held_to_it() {
    for write in WRITES {
        let stage = Stage::new().await;
        let mut tx = stage.world.docpal.begin().await.unwrap();
        let rules = stage.world.docpal.rules(&stage.world.owner);
        rules.create_in(&mut tx, &stage.rule_against(write)).await.unwrap();
        let done = stage.begin(write);
        while !done.is_finished() && !stage.somebody_waits().await {
            tokio::task::yield_now().await;
        }
        tx.commit().await.unwrap();
        let error = done.await.unwrap().expect_err("a refusal");
        assert_eq!(error.code(), "not_allowed", "{write:?}");
        stage.nothing_was_done().await;
    }
}
