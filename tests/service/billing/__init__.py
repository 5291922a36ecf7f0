"""Billing products as their modules see them: for each a harness in PHP that has what the product has, and here how a host uses it."""
