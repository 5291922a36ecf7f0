<?php

namespace Teahouse;

/** What staff set up in Blesta: its module rows, which are Teahouse servers, packages, and the forms of services. */
trait SetUp
{
    public function manageModule($module, array &$vars)
    {
        return $this->rendered('manage', array('module' => $module));
    }

    public function manageAddRow(array &$vars)
    {
        return $this->rendered('row', array('vars' => $vars, 'title' => 'Teahouse.add_row'));
    }

    /** The operator's key is in no page. */
    public function manageEditRow($module_row, array &$vars)
    {
        return $this->rendered('row', array('vars' => $vars ?: (array) $module_row->meta, 'title' => 'Teahouse.edit_row'));
    }

    public function addModuleRow(array &$vars)
    {
        return $this->rowOf($vars);
    }

    /** A key that is left out stays. */
    public function editModuleRow($module_row, array &$vars)
    {
        return $this->rowOf(array('operator_key' => self::text($vars, 'operator_key') ?: $this->meta($module_row)['operator_key']) + $vars);
    }

    public function getGroupOrderOptions()
    {
        return array('first' => \Language::_('Teahouse.order_first', true));
    }

    public function selectModuleRow($module_group_id)
    {
        \Loader::loadModels($this, array('ModuleManager'));
        $group = $this->ModuleManager->getGroup($module_group_id);
        return $group && $group->rows ? reset($group->rows)->id : 0;
    }

    public function getPackageFields($vars = null)
    {
        $fields = new \ModuleFields();
        $meta = (array) ($vars->meta ?? array());
        $plan = self::text($meta, 'plan');
        try {
            $plans = $this->plans($this->rowOfPackage($vars));
        } catch (Refused $refused) {
            $plans = array();
            $fields->setHtml('<p class="alert alert-danger">' . htmlspecialchars($refused->getMessage(), ENT_QUOTES, 'UTF-8') . '</p>');
        }
        if ($plan !== '') {
            $plans += array($plan => $plan);  // lest the form loses it while the server is away
        }
        $label = $fields->label(\Language::_('Teahouse.package_plan', true), 'teahouse_plan');
        $label->attach($fields->fieldSelect('meta[plan]', $plans, $plan, array('id' => 'teahouse_plan')));
        $fields->setField($label);
        $label = $fields->label(\Language::_('Teahouse.package_guests', true), 'teahouse_guests');
        $label->attach($fields->fieldSelect('meta[guests]', array('false' => \Language::_('Teahouse.no', true), 'true' => \Language::_('Teahouse.yes', true)),
            self::text($meta, 'guests') ?: 'false', array('id' => 'teahouse_guests')));
        $fields->setField($label);
        return $fields;
    }

    public function addPackage(?array $vars = null)
    {
        $vars = $vars ?? array();
        $meta = (array) ($vars['meta'] ?? array());
        $this->Input->setRules(array('meta[plan]' => array('empty' => array(
            'rule' => self::text($meta, 'plan') !== '', 'message' => \Language::_('Teahouse.!error.plan', true),
        ))));
        if (!$this->Input->validates($vars)) {
            return array();
        }
        return self::stored(array('plan' => self::text($meta, 'plan'), 'guests' => self::text($meta, 'guests') === 'true' ? 'true' : 'false'));
    }

    public function editPackage($package, ?array $vars = null)
    {
        return $this->addPackage($vars);
    }

    /** A pending service is activated by this form: it brings along what is kept of the order. */
    public function getAdminAddFields($package, $vars = null)
    {
        $fields = $this->getClientAddFields($package, $vars);
        foreach (FieldsVault::OF_ORDERS as $name) {
            if (!empty($vars->$name)) {
                $fields->setField($fields->fieldHidden($name, $vars->$name));
            }
        }
        return $fields;
    }

    public function getClientAddFields($package, $vars = null)
    {
        $fields = new \ModuleFields();
        $label = $fields->label(\Language::_('Teahouse.service_domain', true), 'teahouse_domain');
        $label->attach($fields->fieldText('teahouse_domain', $vars->teahouse_domain ?? $vars->domain ?? null,
            array('id' => 'teahouse_domain', 'placeholder' => 'shop.example')));
        $fields->setField($label);
        return $fields;
    }

    public function getAdminEditFields($package, $vars = null)
    {
        return $this->getClientAddFields($package, $vars);
    }

    /** Blesta's fields for what is stored, or null and errors; the server is asked whether it takes the key. */
    private function rowOf(array $vars): ?array
    {
        $meta = array();
        foreach (array('server_name', 'address', 'operator_key', 'widget') as $name) {
            $meta[$name] = self::text($vars, $name);
        }
        $wrong = '';
        try {
            new OwnersPage('en', $meta['widget'] ?: 'https://im.example');
            $this->api((object) array('meta' => (object) $meta))->call('GET', array('ping'));
        } catch (Refused $refused) {
            $wrong = $refused->getMessage();
        }
        $this->Input->setRules(array(
            'server_name' => array('empty' => array('rule' => $meta['server_name'] !== '', 'message' => \Language::_('Teahouse.!error.server_name', true))),
            'address' => array('connection' => array('rule' => $wrong === '', 'message' => $wrong)),
        ));
        return $this->Input->validates($meta) ? self::stored($meta, array('operator_key')) : null;
    }

    private function rowOfPackage($vars)
    {
        if (!empty($vars->module_group)) {
            return $this->getModuleRows($vars->module_group)[0] ?? null;
        }
        return empty($vars->module_row) ? $this->getModuleRows()[0] ?? null : $this->getModuleRow($vars->module_row);
    }

    private function plans($row): array
    {
        $plans = array();
        foreach ($this->api($row)->call('GET', array('plans'))['plans'] as $plan) {
            $plans[$plan['name']] = $plan['name'];
        }
        return $plans;
    }

    /** Of the row, or of that which Blesta has chosen for the service. The module log gets every call, and no key. */
    private function api($row = null): Api
    {
        $meta = $this->meta($row ?? $this->getModuleRow());
        return Api::at($meta['address'], $meta['operator_key'], function (string $call, array $fields, string $answer) use ($meta) {
            $url = trim($meta['address']) . "|$call";
            $this->log($url, (string) json_encode($fields, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES), 'input', true);
            $this->log($url, $answer, 'output', preg_match('/^2\d\d /', $answer) === 1);
        });
    }

    private function operatorKey(): string
    {
        return $this->meta($this->getModuleRow())['operator_key'];
    }

    private function meta($row): array
    {
        if (!$row) {
            throw new Refused(\Language::_('Teahouse.!error.no_row', true));
        }
        $meta = (array) $row->meta;
        return array('address' => self::text($meta, 'address'), 'operator_key' => self::text($meta, 'operator_key'), 'widget' => self::text($meta, 'widget'));
    }

    /** What the step gives; null and an error for the administrator where it came to nothing. */
    private function attempt(callable $step)
    {
        try {
            return $step($this->api());
        } catch (Refused $refused) {
            $this->refuse($refused->getMessage());
            return null;
        }
    }

    private function refuse(string $sentence): void
    {
        $this->Input->setErrors(array('teahouse' => array('refused' => $sentence)));
    }

    private function rendered(string $view, array $values): string
    {
        $this->view = new \View($view, 'default');
        $this->view->base_uri = $this->base_uri;
        $this->view->setDefaultView('components' . DS . 'modules' . DS . 'teahouse' . DS);
        \Loader::loadHelpers($this, array('Form', 'Html', 'Widget'));
        foreach ($values as $name => $value) {
            $this->view->set($name, $value);
        }
        return $this->view->fetch();
    }

    private static function stored(array $values, array $secrets = array()): array
    {
        $rows = array();
        foreach ($values as $key => $value) {
            $rows[] = array('key' => $key, 'value' => $value, 'encrypted' => in_array($key, $secrets, true) ? 1 : 0);
        }
        return $rows;
    }

    /** Forms may send lists where a text belongs. */
    private static function text(array $values, string $name): string
    {
        return isset($values[$name]) && is_scalar($values[$name]) ? trim((string) $values[$name]) : '';
    }
}
