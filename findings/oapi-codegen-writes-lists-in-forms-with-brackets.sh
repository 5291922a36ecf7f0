#!/usr/bin/env bash
# A client that oapi-codegen makes writes lists of a form as `origins[0]`, and objects as Go prints them, whatever the description says.
#
# In a form of OpenAPI 3.1 a list is its name again and again, `origins=...&origins=...`, as `style: form` and `explode: true` say of it, and
# an object is JSON (Encoding Object). One would guess that a generated client writes that, as it does for a list in a query, or heeds an
# `encoding` in the description. Forms have a writer of their own, which counts a list's members in brackets, parts an
# object by its known properties, `theme[color]`, and prints one without any, `map[color:red]`. A server that reads forms as described refuses
# or loses them. Ours takes `origins[0]` as PHP has it, but no such object: our users need the functions with JSON, which write it right.
#
# Seen with oapi-codegen 2.8.2 and its runtime 1.9.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

export GOPATH=$folder/go GOFLAGS='-mod=mod -modcacherw'
go install github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 2>/dev/null
cat >description.json <<'JSON'
{
  "openapi": "3.1.0",
  "info": {"title": "Tea", "version": "1"},
  "paths": {"/rooms": {"post": {
    "operationId": "setRoom",
    "parameters": [{"name": "origins", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}}],
    "requestBody": {"required": true, "content": {
      "application/json": {"schema": {"$ref": "#/components/schemas/Fields"}},
      "application/x-www-form-urlencoded": {
        "schema": {"$ref": "#/components/schemas/Fields"},
        "encoding": {"origins": {"style": "form", "explode": true}}
      }
    }},
    "responses": {"204": {"description": "Changed."}}
  }}},
  "components": {"schemas": {"Fields": {"type": "object", "properties": {
    "origins": {"type": "array", "items": {"type": "string"}},
    "theme": {"type": "object", "properties": {"color": {"type": "string"}}},
    "labels": {"type": "object"}
  }}}}
}
JSON
go mod init a.example/forms 2>/dev/null
go/bin/oapi-codegen -generate types,client -package main -o client.go description.json
go get github.com/oapi-codegen/runtime@v1.9.0 2>/dev/null
cat >main.go <<'GO'
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
)

func main() {
	server := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		said, _ := url.QueryUnescape(string(body))
		fmt.Printf("%s: %s, in the query %s\n", request.Header.Get("Content-Type"), said, request.URL.RawQuery)
		answer.WriteHeader(204)
	}))
	client, _ := NewClient(server.URL)
	var fields Fields
	if err := json.Unmarshal([]byte(`{"origins": ["a", "b"], "theme": {"color": "red"}, "labels": {"color": "red"}}`), &fields); err != nil {
		panic(err)
	}
	parameters := &SetRoomParams{Origins: fields.Origins}
	for _, send := range []func() (*http.Response, error){
		func() (*http.Response, error) { return client.SetRoom(context.Background(), parameters, fields) },
		func() (*http.Response, error) { return client.SetRoomWithFormdataBody(context.Background(), parameters, fields) },
	} {
		if _, err := send(); err != nil {
			panic(err)
		}
	}
}
GO
expect "$(go run . 2>/dev/null)" <<'EXPECTED'
application/json: {"labels":{"color":"red"},"origins":["a","b"],"theme":{"color":"red"}}, in the query origins=a&origins=b
application/x-www-form-urlencoded: labels=map[color:red]&origins[0]=a&origins[1]=b&theme[color]=red, in the query origins=a&origins=b
EXPECTED
