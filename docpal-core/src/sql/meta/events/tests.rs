//! What the connection of a node's own begins with.

use super::*;
use crate::testing::TestDb;

#[tokio::test]
async fn the_line_of_a_node_compiles_nothing_is_read_committed_and_waits_for_ten_seconds() {
    let db = TestDb::new().await.unwrap();
    let options =
        db.connect_options().options([("jit", "on"), ("default_transaction_isolation", "serializable")]);
    let mut line = Line::open(&options).await.unwrap();
    let expected = [
        ("jit", "off"),
        ("default_transaction_isolation", "read committed"),
        ("statement_timeout", "10s"),
        ("lock_timeout", "10s"),
    ];
    for (name, value) in expected {
        let setting = sqlx::query_scalar::<_, String>("SELECT current_setting($1)").bind(name);
        assert_eq!(setting.fetch_one(&mut line.listener).await.unwrap(), value, "{name}");
    }
}
