<?php

namespace Teahouse;

/** Where a billing product keeps what belongs to one service. Each product has its own; secrets are encrypted there. */
interface Vault
{
    const SECRETS = array('api_key', 'signing_secret');

    /** Empty where nothing was kept. `$name` is one of tenant, domain, site, api_key, signing_secret. */
    public function get(string $name): string;

    /** Keeps them all; an empty text forgets. */
    public function keep(array $values): void;
}
