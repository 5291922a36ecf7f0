<?php

namespace Paymenter\Extensions\Servers\Teahouse;

require_once __DIR__ . '/lib/load.php';
require_once __DIR__ . '/PropertiesVault.php';

use App\Attributes\ExtensionMeta;
use App\Classes\Extension\Server;
use App\Exceptions\DisplayException;
use App\Models\Service;
use App\Rules\Domain;
use Teahouse\Api;
use Teahouse\OwnersPage;
use Teahouse\PropertiesVault;
use Teahouse\Refused;
use Teahouse\Tenant;

/** Paymenter's server extension: sells tenants of a Teahouse server. The contract is that of Paymenter's ExtensionHelper. */
#[ExtensionMeta(name: 'Teahouse', description: 'Instant messaging for web sites', version: '1.0', author: 'Teahouse')]
class Teahouse extends Server
{
    public function getConfig($values = [])
    {
        return [
            ['name' => 'address', 'type' => 'text', 'label' => 'Address of the Teahouse server', 'placeholder' => 'https://im.example',
                'validation' => 'url:http,https', 'required' => true],
            ['name' => 'operator_key', 'type' => 'password', 'label' => "Operator's key", 'encrypted' => true, 'required' => true,
                'description' => "The text of the file operator.key in the server's data folder"],
            ['name' => 'widget', 'type' => 'text', 'label' => 'Widget address', 'required' => false,
                'description' => 'Where browsers reach the server, as https://im.example; empty: the same address'],
        ];
    }

    public function testConfig()
    {
        try {
            $this->api()->call('GET', ['ping']);
            return true;
        } catch (Refused $refused) {
            return $refused->getMessage();
        }
    }

    public function getProductConfig($values = [])
    {
        return [
            ['name' => 'plan', 'type' => 'select', 'label' => 'Plan', 'required' => true, 'options' => $this->plans()],
            ['name' => 'guests', 'type' => 'checkbox', 'label' => 'Visitors may chat without signing in', 'required' => false],
        ];
    }

    public function getCheckoutConfig($product = null, $values = [], $settings = [])
    {
        return [['name' => 'domain', 'type' => 'text', 'label' => 'Domain', 'placeholder' => 'shop.example', 'required' => true,
            'validation' => [new Domain(), 'required']]];
    }

    public function createServer(Service $service, $settings, $properties)
    {
        $this->tenant($service)->create((string) ($properties['domain'] ?? ''), (string) ($settings['plan'] ?? ''), !empty($settings['guests']));
        return true;
    }

    /** Paymenter does not say why. */
    public function suspendServer(Service $service, $settings, $properties)
    {
        $this->tenant($service)->suspend('');
        return true;
    }

    public function unsuspendServer(Service $service, $settings, $properties)
    {
        $this->tenant($service)->resume();
        return true;
    }

    public function terminateServer(Service $service, $settings, $properties)
    {
        $this->tenant($service)->remove();
        return true;
    }

    public function upgradeServer(Service $service, $settings, $properties)
    {
        $this->tenant($service)->changePlan((string) ($settings['plan'] ?? ''));
        return true;
    }

    public function getActions(Service $service, $settings, $properties)
    {
        $t = $this->page()->texts();
        return [
            ['type' => 'view', 'name' => 'chat', 'label' => $t['details']],
            ['type' => 'button', 'function' => 'newApiKey', 'label' => $t['new_api_key']],
            ['type' => 'button', 'function' => 'newSigningSecret', 'label' => $t['new_signing_secret']],
        ];
    }

    /** HTML, which Paymenter prints as it is. */
    public function getView(Service $service, $settings, $properties, $view)
    {
        $vault = new PropertiesVault($service);
        $state = $usage = null;
        if ($vault->get('site') !== '') {
            try {
                $state = $this->tenant($service)->state();
                $usage = $this->tenant($service)->usage();
            } catch (Refused $away) {
                $state = $usage = null;  // the page says so
            }
        }
        return $this->page()->html($vault, $state, $usage);
    }

    public function newApiKey(Service $service, $settings, $properties)
    {
        return $this->pressed($service, 'newApiKey');
    }

    public function newSigningSecret(Service $service, $settings, $properties)
    {
        return $this->pressed($service, 'newSigningSecret');
    }

    /** The address that the customer goes on to; what failed is said in their words, and in the administrator's to the log. */
    private function pressed(Service $service, string $step): string
    {
        try {
            $this->tenant($service)->$step();
        } catch (Refused $refused) {
            report($refused);
            throw new DisplayException($this->page()->texts()['not_now']);
        }
        return route('services.show', $service);
    }

    private function plans(): array
    {
        $plans = [];
        foreach ($this->api()->call('GET', ['plans'])['plans'] as $plan) {
            $plans[$plan['name']] = $plan['name'];
        }
        return $plans;
    }

    private function api(): Api
    {
        return Api::at((string) $this->config('address'), (string) $this->config('operator_key'));
    }

    private function tenant(Service $service): Tenant
    {
        return new Tenant($this->api(), new PropertiesVault($service));
    }

    private function page(): OwnersPage
    {
        return new OwnersPage(app()->getLocale(), trim((string) $this->config('widget')) ?: (string) $this->config('address'));
    }
}
