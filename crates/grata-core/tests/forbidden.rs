//! What must not compile: a face cannot be shown without the permit that `decide` gives.

#[test]
fn pub_1_col_3_showing_a_face_without_the_right_permit_does_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/forbidden/allowed.rs");
    cases.compile_fail("tests/forbidden/forge_a_permit.rs");
    cases.compile_fail("tests/forbidden/publish_with_another_permit.rs");
    cases.compile_fail("tests/forbidden/use_a_permit_twice.rs");
    cases.compile_fail("tests/forbidden/invent_a_purpose.rs");
    cases.compile_fail("tests/forbidden/build_a_plan.rs");
}
