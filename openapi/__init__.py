"""The API's OpenAPI document, docs/openapi.json: true, and made beside what is deployed.

Nothing of this is imported by functions/ or common/: models of the answers would cost each
start. `shapes` says what is answered, `operations` by which operation; what stands in docstrings
and in docs/errors.md already is read from there. tests/answers.py holds each answer that a test
gets, and each push, to it.
"""
