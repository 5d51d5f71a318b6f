#!/bin/sh
# Generates onewindow.ts from the description of the API. Only whoever changes the
# description runs it (Node.js with npm); the file is kept, and a test compares the
# checksum in its last line with the description.
set -eu
cd "$(dirname "$0")"
description=../../internal/web/openapi/openapi.yaml
npx --yes swagger-typescript-api@13.13.0 generate --path "$description" --output . --name onewindow.ts \
	--extract-request-params --generate-union-enums --sort-types --silent
sed -i -e '/@ts-nocheck/d' -e 's/[ \t]*$//' onewindow.ts
echo "// sha256 of the description: $(sha256sum "$description" | cut -d' ' -f1)" >> onewindow.ts
