<?php
// WHMCS's side of a request to a provisioning module, after developers.whmcs.com: provisioning-modules (module parameters, service properties,
// usage update, client area output, module logging) and api-reference (EncryptPassword, DecryptPassword); names as WHMCS/sample-provisioning-module has them.
// One run is one request: {"module", "function", "params", "properties", "hosting", "session"} in; result, properties, rows and log out.

namespace WHMCS\Database {
    /** Of Laravel's query builder what the documentation of UsageUpdate uses. */
    final class Capsule
    {
        private $rows;

        public static function table(string $name): self
        {
            if ($name !== 'tblhosting') {
                throw new \LogicException("no table $name here");
            }
            $query = new self();
            $query->rows = array_keys($GLOBALS['hosting']);
            return $query;
        }

        public function where(string $column, $value): self
        {
            return $this->whereIn($column, array($value));
        }

        public function whereIn(string $column, array $values): self
        {
            $this->rows = array_filter($this->rows, function ($n) use ($column, $values) {
                return in_array($GLOBALS['hosting'][$n][$column], $values);
            });
            return $this;
        }

        public function get(): array
        {
            return array_map(function ($n) { return (object) $GLOBALS['hosting'][$n]; }, array_values($this->rows));
        }

        public function update(array $values): int
        {
            foreach ($this->rows as $n) {
                if (array_diff_key($values, array_flip(array('diskusage', 'disklimit', 'bwusage', 'bwlimit', 'lastupdate')))) {
                    throw new \LogicException('UsageUpdate writes other columns than the usage');
                }
                $GLOBALS['hosting'][$n] = $values + $GLOBALS['hosting'][$n];
            }
            return count($this->rows);
        }
    }
}

namespace {
    require __DIR__ . '/strict.php';
    define('WHMCS', true);
    $hosting = $request['hosting'];
    $log = array();

    /** Custom fields below: text in, text out, and nothing for what is not there. */
    final class ServiceProperties
    {
        public $kept;

        public function get(string $name): string
        {
            return $this->kept[$name] ?? '';
        }

        public function save(array $values): void
        {
            $this->kept = array_map('strval', $values) + $this->kept;
        }
    }

    function localAPI($command, $values)
    {
        return array('result' => 'success', 'password' => $command === 'EncryptPassword' ? sealed($values['password2']) : opened($values['password2']));
    }

    function logModuleCall($module, $action, $request, $response, $processed, array $replace)
    {
        $GLOBALS['log'][] = array($module, $action, $request, $response, $processed);  // as the module gave it: what it forgets to mask is seen
    }

    /** Smarty, of which the module's template uses one word: a variable that is HTML already. */
    function rendered(string $folder, array $output): string
    {
        $template = trim(file_get_contents("$folder/$output[templatefile].tpl"));
        if (!preg_match('/^\{\$(\w+) nofilter\}$/', $template, $part)) {
            throw new LogicException('the template has grown: this harness needs Smarty itself now');
        }
        return $output['vars'][$part[1]];
    }

    $properties = new ServiceProperties();
    $properties->kept = $request['properties'];
    $model = new stdClass();
    $model->serviceProperties = $properties;
    $_SESSION = $request['session'];
    require $request['module'] . '/teahouse.php';
    $result = call_user_func('teahouse_' . $request['function'], array('model' => $model) + $request['params']);
    if ($request['function'] === 'ClientArea') {
        $result = rendered($request['module'], $result);
    }
    answer(array('result' => $result, 'properties' => (object) $properties->kept, 'hosting' => $hosting, 'log' => $log));
}
