<?php

namespace Box\Mod\Serviceteahouse;

require_once __DIR__ . '/lib/load.php';
require_once __DIR__ . '/BeanVault.php';

use FOSSBilling\InformationException;
use FOSSBilling\InjectionAwareInterface;
use Teahouse\Api;
use Teahouse\BeanVault;
use Teahouse\OwnersPage;
use Teahouse\Refused;
use Teahouse\Tenant;

/** FOSSBilling's product type `teahouse`: sells tenants of a Teahouse server. The contract is that of FOSSBilling's Order service for types that modules bring. */
class Service implements InjectionAwareInterface
{
    protected ?\Pimple\Container $di = null;

    public function setDi(\Pimple\Container $di): void
    {
        $this->di = $di;
    }

    public function getDi(): ?\Pimple\Container
    {
        return $this->di;
    }

    public function getModulePermissions(): array
    {
        return ['manage' => ['type' => 'bool', 'display_name' => 'Manage instant messaging',
            'description' => 'Allows the staff member to change plans and keys, and to test the server.']];
    }

    public function install(): bool
    {
        $this->di['db']->exec('CREATE TABLE IF NOT EXISTS `service_teahouse` (`id` bigint(20) NOT NULL AUTO_INCREMENT, `client_id` bigint(20) NOT NULL, '
            . '`tenant` varchar(63), `domain` varchar(1023), `site` varchar(63), `api_key` text, `signing_secret` text, '
            . '`created_at` datetime, `updated_at` datetime, PRIMARY KEY (`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4');
        return true;
    }

    /** The tenants stay: who takes the module off has not yet cancelled its orders. */
    public function uninstall(): bool
    {
        return true;
    }

    /** Of the customer's order only the domain counts; the plan is the product's. */
    public function attachOrderConfig($product, array $data): array
    {
        $config = json_decode($product->getConfig() ?? '', true) ?: [];
        return ['plan' => (string) ($config['plan'] ?? ''), 'guests' => !empty($config['guests'])] + $data;
    }

    public function validateOrderData(array &$data): bool
    {
        $data['domain'] = strtolower(trim((string) ($data['domain'] ?? '')));
        if (!preg_match('/^[^\s\/:@<>"\'&]+\.[^\s\/:@<>"\'&]+$/uD', $data['domain'])) {
            throw new InformationException('The domain is missing or wrong: fill in the name of your site, as shop.example.');
        }
        return true;
    }

    public function create($order)
    {
        $row = $this->di['db']->dispense('service_teahouse');
        $row->client_id = $order->client_id;
        $row->created_at = $row->updated_at = date('Y-m-d H:i:s');
        $this->di['db']->store($row);
        return $row;
    }

    public function activate($order, $row): bool
    {
        $config = json_decode($order->config ?? '', true) ?: [];
        return $this->step($row, function (Tenant $tenant) use ($config) {
            $tenant->create((string) ($config['domain'] ?? ''), (string) ($config['plan'] ?? ''), !empty($config['guests']));
        });
    }

    /** FOSSBilling keeps the reason after this call, so it is not told. */
    public function suspend($order, $row): bool
    {
        return $this->step($row, function (Tenant $tenant) {
            $tenant->suspend('');
        });
    }

    public function unsuspend($order, $row): bool
    {
        return $this->step($row, function (Tenant $tenant) {
            $tenant->resume();
        });
    }

    public function renew($order, $row): bool
    {
        return true;
    }

    public function cancel($order, $row): bool
    {
        return $this->step($row, function (Tenant $tenant) {
            $tenant->remove();
        });
    }

    public function uncancel($order, $row): bool
    {
        return $this->activate($order, $row);
    }

    public function delete($order, $row): void
    {
        if (is_object($row)) {
            $this->cancel($order, $row);
            $this->di['db']->trash($row);
        }
    }

    /** For a customer their page, for staff what they manage; keys are in the page alone. */
    public function toApiArray($row, $deep = false, $identity = null): array
    {
        $out = ['id' => $row->id, 'domain' => $row->domain, 'tenant' => $row->tenant, 'created_at' => $row->created_at, 'updated_at' => $row->updated_at];
        try {
            if ($identity instanceof \Model_Client) {
                $out += $this->ownersPage($row);
            } elseif ($identity instanceof \Model_Admin) {
                $tenant = $this->tenant($row);
                $out['facts'] = $this->page()->facts($tenant->state(), $tenant->usage());
            }
        } catch (Refused $refused) {  // of the module's settings, or the server away
            $out['facts'] = $identity instanceof \Model_Admin ? ['Teahouse' => htmlspecialchars($refused->getMessage(), ENT_QUOTES, 'UTF-8')] : [];
        }
        return $out;
    }

    /** `$step` is newApiKey or newSigningSecret; `$client` is whose order it must be, null for staff. */
    public function press(int $orderId, string $step, $client = null): bool
    {
        return $this->step($this->rowOf($orderId, $client), function (Tenant $tenant) use ($step) {
            $tenant->$step();
        }, $client ? $this->page()->texts()['not_now'] : null);
    }

    public function changePlan(int $orderId, string $plan): bool
    {
        $row = $this->rowOf($orderId);
        return $this->step($row, function (Tenant $tenant) use ($plan) {
            $tenant->changePlan($plan);
        });
    }

    public function test(): bool
    {
        return $this->orSay(function () {
            $this->api()->call('GET', ['ping']);
        });
    }

    public function plans(): array
    {
        $plans = [];
        $this->orSay(function () use (&$plans) {
            $plans = array_column($this->api()->call('GET', ['plans'])['plans'], 'name');
        });
        return $plans;
    }

    private function ownersPage($row): array
    {
        $vault = new BeanVault($this->di, $row);
        $state = $usage = null;
        if ($vault->get('site') !== '') {
            try {
                $state = $this->tenant($row)->state();
                $usage = $this->tenant($row)->usage();
            } catch (Refused $away) {
                $state = $usage = null;  // the page says so
            }
        }
        $page = $this->page();
        return ['page' => $page->html($vault, $state, $usage), 'texts' => $page->texts()];
    }

    private function rowOf(int $orderId, $client = null)
    {
        $mine = $client ? ' AND client_id = :client_id AND status = "active"' : '';
        $order = $this->di['db']->findOne('ClientOrder', 'id = :id AND service_type = "teahouse"' . $mine,
            [':id' => $orderId] + ($client ? [':client_id' => $client->id] : []));
        $row = $order ? $this->di['mod_service']('order')->getOrderService($order) : null;
        if (!is_object($row)) {
            throw new InformationException('There is no such order, or it is not active.');
        }
        return $row;
    }

    private function step($row, callable $step, ?string $instead = null): bool
    {
        return $this->orSay(function () use ($row, $step) {
            $step($this->tenant($row));
        }, $instead);
    }

    /** What is refused is said in FOSSBilling's way, to customers `$instead`. */
    private function orSay(callable $call, ?string $instead = null): bool
    {
        try {
            $call();
            return true;
        } catch (Refused $refused) {
            throw new InformationException($instead ?? $refused->getMessage());
        }
    }

    private function config(string $name): string
    {
        $config = $this->di['mod_config']('Serviceteahouse');
        return trim((string) ($config[$name] ?? ''));
    }

    private function api(): Api
    {
        return Api::at($this->config('address'), $this->config('operator_key'));
    }

    private function tenant($row): Tenant
    {
        return new Tenant($this->api(), new BeanVault($this->di, $row));
    }

    private function page(): OwnersPage
    {
        return new OwnersPage(\FOSSBilling\i18n::getActiveLocale($this->di['request']), $this->config('widget') ?: $this->config('address'));
    }
}
