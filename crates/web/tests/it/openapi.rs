//! The API's document is made from the code, and it is OpenAPI 3.1.

#[test]
fn the_document_describes_every_route_of_the_api() {
    let document: serde_json::Value = serde_json::from_str(&comity_web::openapi()).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for route in comity_web::ROUTES.iter().filter(|route| route.path.starts_with("/api/v1")) {
        let method = route.method.to_lowercase();
        let operation = &document["paths"][route.path][&method];
        assert!(operation.is_object(), "{} {}", route.method, route.path);
    }
}
