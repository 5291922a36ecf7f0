<?php
// All of it, without an autoloader: the products bring different ones.
require_once __DIR__ . '/Refused.php';
require_once __DIR__ . '/Api.php';
require_once __DIR__ . '/Vault.php';
require_once __DIR__ . '/Tenant.php';
require_once __DIR__ . '/OwnersPage.php';
