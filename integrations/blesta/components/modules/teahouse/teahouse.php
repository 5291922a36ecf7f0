<?php
// Blesta's server module: sells tenants of a Teahouse server. The contract is that of docs.blesta.com/developers/modules.
require_once __DIR__ . '/lib/load.php';
require_once __DIR__ . '/FieldsVault.php';
require_once __DIR__ . '/SetUp.php';

use Teahouse\Api;
use Teahouse\FieldsVault;
use Teahouse\OwnersPage;
use Teahouse\Refused;
use Teahouse\SetUp;
use Teahouse\Tenant;

/** Services: Blesta takes an error from Input, and else what a call gives back as the service's fields; null leaves them. */
class Teahouse extends Module
{
    use SetUp;

    private const BUTTONS = array('new_api_key' => 'newApiKey', 'new_signing_secret' => 'newSigningSecret');

    public function __construct()
    {
        Language::loadLang('teahouse', null, __DIR__ . DS . 'language' . DS);
        Loader::loadComponents($this, array('Input'));
        $this->loadConfig(__DIR__ . DS . 'config.json');
    }

    public function validateService($package, ?array $vars = null)
    {
        $vars = $vars ?? array();
        $this->Input->setRules(array('teahouse_domain' => array('format' => array(
            'rule' => self::isDomain($vars['teahouse_domain'] ?? null),
            'message' => Language::_('Teahouse.!error.domain', true),
        ))));
        return $this->Input->validates($vars);
    }

    public function validateServiceEdit($service, ?array $vars = null)
    {
        return !isset($vars['teahouse_domain']) || $this->validateService(null, $vars);
    }

    /** Comes for an order without the module, and again with it once the order is paid and no longer pending; or at once with it. */
    public function addService($package, ?array $vars = null, $parent_package = null, $parent_service = null, $status = 'pending')
    {
        if (!$this->validateService($package, $vars)) {
            return null;
        }
        return $this->attempt(function (Api $api) use ($package, $vars) {
            $vault = FieldsVault::ofOrder($vars, $this->operatorKey());
            $domain = trim($vars['teahouse_domain']);
            if (self::usesModule($vars)) {
                $this->make($package, new Tenant($api, $vault), $vault, $domain);
            } elseif ($vault->get('tenant') === '') {
                Tenant::reserve($vault, $domain);
            }
            return $vault->fields($domain);
        });
    }

    /** Makes the tenant where a service that is active has none, and keys that were lost. */
    public function editService($package, $service, ?array $vars = null, $parent_package = null, $parent_service = null)
    {
        if (!$this->validateServiceEdit($service, $vars)) {
            return null;
        }
        return $this->attempt(function (Api $api) use ($package, $service, $vars) {
            $vault = $this->vaultOf($service);
            $domain = trim($vars['teahouse_domain'] ?? $vault->ordered());
            if (self::usesModule($vars) && ($service->status === 'active' || $service->status === 'suspended' && $vault->get('tenant') !== '')) {
                (new Tenant($api, $vault))->create($domain, self::planOf($package), self::hasGuests($package));
            }
            return $vault->fields($domain);
        });
    }

    /** Blesta does not say why. */
    public function suspendService($package, $service, $parent_package = null, $parent_service = null)
    {
        return $this->attempt(function (Api $api) use ($service) {
            (new Tenant($api, $this->vaultOf($service)))->suspend('');
        });
    }

    public function unsuspendService($package, $service, $parent_package = null, $parent_service = null)
    {
        return $this->attempt(function (Api $api) use ($service) {
            (new Tenant($api, $this->vaultOf($service)))->resume();
        });
    }

    public function cancelService($package, $service, $parent_package = null, $parent_service = null)
    {
        return $this->attempt(function (Api $api) use ($service) {
            $vault = $this->vaultOf($service);
            (new Tenant($api, $vault))->remove();
            return $vault->fields($vault->ordered());
        });
    }

    public function changeServicePackage($package_from, $package_to, $service, $parent_package = null, $parent_service = null)
    {
        return $this->attempt(function (Api $api) use ($package_to, $service) {
            (new Tenant($api, $this->vaultOf($service)))->changePlan(self::planOf($package_to));
        });
    }

    public function getClientTabs($package)
    {
        return array('tabChat' => $this->say('details'));
    }

    public function getAdminTabs($package)
    {
        return array('tabFacts' => Language::_('Teahouse.tab_facts', true));
    }

    /** For the customer, who is told of a failure in their own words; the module log has the administrator's. */
    public function tabChat($package, $service, ?array $get = null, ?array $post = null, ?array $files = null)
    {
        return $this->tab($service, $post, $this->base_uri . 'services/manage/' . (int) $service->id . '/tabChat/', function (OwnersPage $page, $vault, Tenant $tenant) {
            $state = $usage = null;
            if ($vault->get('site') !== '') {
                try {
                    $state = $tenant->state();
                    $usage = $tenant->usage();
                } catch (Refused $away) {
                    $state = $usage = null;  // the page says so
                }
            }
            return $page->html($vault, $state, $usage);
        }, $this->say('not_now'));
    }

    /** For staff: no keys, but buttons for new ones. */
    public function tabFacts($package, $service, ?array $get = null, ?array $post = null, ?array $files = null)
    {
        $here = $this->base_uri . 'clients/servicetab/' . (int) ($service->client_id ?? 0) . '/' . (int) $service->id . '/tabFacts/';
        return $this->tab($service, $post, $here, function (OwnersPage $page, $vault, Tenant $tenant) {
            return self::table($page->facts($tenant->state(), $tenant->usage()));
        });
    }

    /** The line for their pages, without a call to the server: the list of services may show many of these. */
    public function getClientServiceInfo($service, $package)
    {
        try {
            $vault = $this->vaultOf($service);
            return $vault->get('site') === '' ? '' : $this->page()->embed($vault);
        } catch (Refused $refused) {  // of the server's row, which is not the owner's
            return '';
        }
    }

    public function getAdminServiceInfo($service, $package)
    {
        $vault = FieldsVault::ofService($service, '');
        return self::table(array('Domain' => self::h($vault->ordered()), 'Tenant' => self::h($vault->get('tenant')), 'Site' => self::h($vault->get('site'))));
    }

    /** `$said` is what is said in place of the administrator's sentence. */
    private function tab($service, ?array $post, string $here, callable $show, ?string $said = null): string
    {
        try {
            $vault = $this->vaultOf($service, $this->storeOf($service));
            $tenant = new Tenant($this->api(), $vault);
            $page = $this->page();
            $this->press($tenant, $post, $said);
            $html = $show($page, $vault, $tenant);
            $buttons = $vault->get('site') === '' ? array() : array_intersect_key($page->texts(), self::BUTTONS);
        } catch (Refused $refused) {
            $this->refuse($said ?? $refused->getMessage());
            list($html, $buttons) = array('', array());
        }
        return $this->rendered('tab', array('html' => $html, 'buttons' => $buttons, 'here' => $here));
    }

    private function press(Tenant $tenant, ?array $post, ?string $said): void
    {
        $button = $post['teahouse_button'] ?? '';
        if (!is_string($button) || !isset(self::BUTTONS[$button])) {
            return;
        }
        try {
            $tenant->{self::BUTTONS[$button]}();
        } catch (Refused $refused) {
            $this->refuse($said ?? $refused->getMessage());
        }
    }

    /** Of an order of which nothing is kept yet, a tenant whose answer was lost would be nobody's: it is removed again. */
    private function make($package, Tenant $tenant, FieldsVault $vault, string $domain): void
    {
        $kept = $vault->get('tenant') !== '';
        try {
            $tenant->create($domain, self::planOf($package), self::hasGuests($package));
        } catch (Refused $refused) {
            $name = $vault->get('tenant');
            if ($kept || $name === '' || ($refused->status() >= 300 && $refused->status() < 500)) {
                throw $refused;
            }
            try {
                $tenant->remove();
            } catch (Refused $again) {
                throw new Refused($refused->getMessage() . " If the server has a tenant $name then, remove it before you try again.");
            }
            throw $refused;
        }
    }

    /** Blesta stores nothing after a tab, so the fields are stored by its own model. */
    private function storeOf($service): callable
    {
        $there = array_column($service->fields, 'key');
        return function (string $field, string $value, bool $is_secret) use ($service, $there) {
            Loader::loadModels($this, array('Services'));
            $store = in_array($field, $there, true) ? 'editField' : 'addField';
            $this->Services->$store($service->id, array('key' => $field, 'value' => $value, 'encrypted' => $is_secret ? 1 : 0));
            if ($this->Services->errors()) {
                throw new Refused("Blesta could not keep the service's new key; make another.");
            }
        };
    }

    private function page(): OwnersPage
    {
        $meta = $this->meta($this->getModuleRow());
        return new OwnersPage(Language::_('Teahouse.language', true), $meta['widget'] ?: $meta['address']);
    }

    private function vaultOf($service, ?callable $store = null): FieldsVault
    {
        return FieldsVault::ofService($service, $this->operatorKey(), $store);
    }

    /** One of the owner's words. */
    private function say(string $text): string
    {
        $texts = require __DIR__ . '/lib/texts.php';
        return ($texts[Language::_('Teahouse.language', true)] ?? $texts['en'])[$text];
    }

    private static function usesModule(?array $vars): bool
    {
        return in_array($vars['use_module'] ?? '', array('true', true), true);
    }

    private static function planOf($package): string
    {
        return (string) ($package->meta->plan ?? '');
    }

    private static function hasGuests($package): bool
    {
        return ($package->meta->guests ?? '') === 'true';
    }

    /** Roughly: the server has the last word. */
    private static function isDomain($text): bool
    {
        return is_string($text) && strlen(trim($text)) <= 253 && preg_match('/^[\p{L}\p{M}\p{N}-]+(\.[\p{L}\p{M}\p{N}-]+)+$/uD', trim($text)) === 1;
    }

    /** Labels are texts, values HTML. */
    private static function table(array $rows): string
    {
        $html = '';
        foreach ($rows as $label => $value) {
            $html .= '<tr><th scope="row">' . self::h($label) . "</th><td>$value</td></tr>";
        }
        return "<table class=\"table table-striped\">$html</table>";
    }

    private static function h(string $text): string
    {
        return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
    }
}
