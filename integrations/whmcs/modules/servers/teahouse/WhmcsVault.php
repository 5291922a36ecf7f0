<?php

namespace Teahouse;

/** The service's properties, secrets encrypted by WHMCS: its database and the administrator's page hold ciphertext. */
final class WhmcsVault implements Vault
{
    private const NAMES = array('tenant' => 'Teahouse tenant', 'domain' => 'Teahouse domain', 'site' => 'Teahouse site',
        'api_key' => 'Teahouse API key', 'signing_secret' => 'Teahouse signing secret');

    /** @var object the model of the service or addon, in $params['model'] */
    private $model;

    public function __construct($model)
    {
        $this->model = $model;
    }

    public function get(string $name): string
    {
        $value = (string) $this->model->serviceProperties->get(self::NAMES[$name]);
        return $value !== '' && in_array($name, Vault::SECRETS, true) ? $this->crypt('DecryptPassword', $value) : $value;
    }

    public function keep(array $values): void
    {
        $kept = array();
        foreach ($values as $name => $value) {
            $kept[self::NAMES[$name]] = $value !== '' && in_array($name, Vault::SECRETS, true) ? $this->crypt('EncryptPassword', $value) : $value;
        }
        $this->model->serviceProperties->save($kept);
    }

    private function crypt(string $command, string $text): string
    {
        $answer = localAPI($command, array('password2' => $text));
        if (!isset($answer['result'], $answer['password']) || $answer['result'] !== 'success') {
            throw new Refused("WHMCS could not do $command; the service's keys are neither kept nor shown.");
        }
        return (string) $answer['password'];
    }
}
