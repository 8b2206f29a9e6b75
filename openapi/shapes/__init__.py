"""What the API takes and answers, a file a domain: the schemas of the document."""
