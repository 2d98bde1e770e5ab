//! What requests are told while the embedded PostgreSQL is down.

use docpal::core::embedded::Health;
use tokio::sync::watch;

use super::client::Api;

// Between two attempts to start PostgreSQL, requests that failed at once were told that it is not reachable.
#[tokio::test]
async fn a_request_that_fails_at_once_while_the_database_is_started_again_is_told_so() {
    let (tell, health) = watch::channel(Health::Running { restarts: 0 });
    let api = Api::start_with(|server| server.health(health)).await;
    assert_eq!(api.get("/api/apps").await.status, 200);
    // From now on each call fails without waiting for anything.
    api.docpal.pool().close().await;
    assert_eq!(api.get("/api/apps").await.refusal(), (503, "database_unavailable".to_owned()));
    let restarting = Health::Restarting { attempt: 1, cause: "it ended".into() };
    let lost = Health::Lost { cause: "it ended".into() };
    for (health, code) in [(restarting, "database_restarting"), (lost, "database_lost")] {
        tell.send_replace(health);
        for path in ["/api/apps", "/readyz"] {
            let refused = api.get(path).await;
            assert_eq!(refused.refusal(), (503, code.to_owned()), "{path}");
            assert_eq!(refused.header("retry-after"), Some("1"), "{path}");
        }
        assert_eq!(api.get("/healthz").await.status, 200);
        assert_eq!(api.get("/api/nothing").await.refusal(), (404, "route_not_found".to_owned()));
    }
}
