<?php

namespace Teahouse;

use Illuminate\Contracts\Encryption\DecryptException;
use Illuminate\Support\Facades\Crypt;

/** The properties of Paymenter's service, secrets encrypted with its APP_KEY. */
final class PropertiesVault implements Vault
{
    /** @var object of App\Models\Service */
    private $service;

    public function __construct($service)
    {
        $this->service = $service;
    }

    public function get(string $name): string
    {
        $value = (string) $this->service->properties()->where('key', "teahouse_$name")->value('value');
        if ($value === '' || !in_array($name, Vault::SECRETS, true)) {
            return $value;
        }
        try {
            return Crypt::decryptString($value);
        } catch (DecryptException $e) {
            throw new Refused("The service's keys were encrypted with another APP_KEY: put that into .env again, or make new keys.");
        }
    }

    public function keep(array $values): void
    {
        foreach ($values as $name => $value) {
            if ($value === '') {
                $this->service->properties()->where('key', "teahouse_$name")->delete();
                continue;
            }
            $this->service->properties()->updateOrCreate(array('key' => "teahouse_$name"), array('name' => "Teahouse $name",
                'value' => in_array($name, Vault::SECRETS, true) ? Crypt::encryptString($value) : $value));
        }
    }
}
