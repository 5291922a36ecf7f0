<?php
// FOSSBilling's side of a request to the module of a product type, after its source at 0.8.5: src/modules/Order/Service.php (which calls a type that a
// module brings gets, with which beans), src/modules/Serviceapikey (such a type), src/library/FOSSBilling/Api/AbstractApi.php, src/library/Box/Crypt.php.
// One run is one request: {"module", "function", "config", "product", "order", "row", "rows", "client", "locale"} in; result, row and log out.

namespace Pimple {
    class Container implements \ArrayAccess
    {
        private $values;

        public function __construct(array $values)
        {
            $this->values = $values;
        }

        public function offsetExists($name): bool
        {
            return isset($this->values[$name]);
        }

        #[\ReturnTypeWillChange]
        public function offsetGet($name)
        {
            if (!isset($this->values[$name])) {
                throw new \InvalidArgumentException("no $name in this container");
            }
            return $this->values[$name];
        }

        public function offsetSet($name, $value): void
        {
            throw new \LogicException('modules set nothing here');
        }

        public function offsetUnset($name): void
        {
            throw new \LogicException('modules unset nothing here');
        }
    }
}

namespace FOSSBilling {
    interface InjectionAwareInterface
    {
        public function setDi(\Pimple\Container $di): void;

        public function getDi(): ?\Pimple\Container;
    }

    class Exception extends \Exception
    {
    }

    class InformationException extends Exception
    {
        public function __construct(string $message, ?array $variables = null, int $code = 0, bool $protected = false)
        {
            parent::__construct($message, $code);
        }
    }

    class i18n
    {
        public static function getActiveLocale($request): string
        {
            return $request->locale;
        }
    }
}

namespace FOSSBilling\Api {
    class AbstractApi
    {
        public $service;
        public $identity;

        protected function getService()
        {
            return $this->service;
        }

        public function getIdentity()
        {
            return $this->identity;
        }

        protected function checkPermissions(string $module, string $permission): void
        {
            if (array($module, $permission) !== array('serviceteahouse', 'manage')) {
                throw new \LogicException("no permission $permission of $module");
            }
        }
    }
}

namespace {
    require __DIR__ . '/strict.php';

    /** A bean: what was not set is null. */
    class Bean
    {
        public $values;

        public function __construct(array $values)
        {
            $this->values = $values;
        }

        public function __get($name)
        {
            return $this->values[$name] ?? null;
        }

        public function __set($name, $value)
        {
            $this->values[$name] = $value;
        }
    }

    class Model_Client extends Bean
    {
    }

    class Model_Admin extends Bean
    {
    }

    final class Database
    {
        public $row;

        public function exec(string $sql): void
        {
            preg_match_all('/`(\w+)` (?:varchar|text|bigint|datetime)/', $sql, $found);
            $GLOBALS['columns'] = $found[1];
        }

        public function dispense(string $type): Bean
        {
            if ($type !== 'service_teahouse') {
                throw new LogicException("no type $type here");
            }
            return new Bean(array());
        }

        public function store(Bean $row): int
        {
            if ($unknown = array_diff(array_keys($row->values), $GLOBALS['columns'])) {
                throw new LogicException('the table has no column ' . implode(', ', $unknown));
            }
            $row->id = $row->id ?: 5;
            $this->row = $row;
            return $row->id;
        }

        public function trash(Bean $row): void
        {
            $this->row = null;
        }

        /** Of the orders there is one, and it is of client 1. */
        public function findOne(string $type, string $sql, array $bound)
        {
            if ($type !== 'ClientOrder' || strpos($sql, 'id = :id') !== 0 || (strpos($sql, ':client_id') !== false) !== isset($bound[':client_id'])) {
                throw new LogicException("no such question: $type, $sql");
            }
            $mine = $bound[':id'] === 11 && ($bound[':client_id'] ?? 1) === 1;
            return $mine ? new Bean(array('id' => 11, 'client_id' => 1)) : null;
        }
    }

    final class Crypt
    {
        public function encrypt(string $text): string
        {
            return sealed($text);
        }

        public function decrypt(?string $text)
        {
            return opened($text);
        }
    }

    final class Orders
    {
        public function getOrderService($order)
        {
            return $GLOBALS['db']->row;
        }
    }

    final class Product
    {
        public function getConfig(): ?string
        {
            return json_encode($GLOBALS['request']['product']);
        }
    }

    $db = new Database();
    $db->row = $request['row'] ? new Bean($request['row']) : null;
    $di = new Pimple\Container(array(
        'db' => $db, 'crypt' => new Crypt(), 'request' => (object) array('locale' => $request['locale']),
        'mod_config' => function (string $name) { return $name === 'Serviceteahouse' ? $GLOBALS['request']['config'] : array(); },
        'mod_service' => function (string $name) { return $name === 'order' ? new Orders() : null; },
    ));
    require $request['module'] . '/Service.php';
    $service = new Box\Mod\Serviceteahouse\Service();
    $service->setDi($di);
    $service->install();
    $api = function (string $role, $identity) use ($request, $service) {
        require $request['module'] . "/Api/$role.php";
        $class = "Box\\Mod\\Serviceteahouse\\Api\\$role";
        $api = new $class();
        $api->service = $service;
        $api->identity = $identity;
        return $api;
    };
    $function = $request['function'];
    $client = new Model_Client(array('id' => $request['client']));
    try {
        if ($function === 'activate') {  // the order is made, and then the service of it
            $config = $service->attachOrderConfig(new Product(), $request['order']);
            $service->validateOrderData($config);
            $order = new Bean(array('client_id' => 1, 'config' => json_encode($config)));
            $row = $db->row ?: $service->create($order);
            $result = $service->activate($order, $row);
        } elseif (in_array($function, array('new_api_key', 'new_signing_secret'), true)) {
            $result = $api('Client', $client)->$function(array('order_id' => 11));
        } elseif (in_array($function, array('test', 'plans', 'change_plan'), true)) {
            $result = $api('Admin', new Model_Admin(array('id' => 1)))->$function(array('order_id' => 11, 'plan' => $request['product']['plan']));
        } elseif ($function === 'page' || $function === 'facts') {
            $shown = $db->row ? $service->toApiArray($db->row, true, $function === 'page' ? $client : new Model_Admin(array('id' => 1))) : array();
            if ($function === 'facts' && preg_match('/\b(ss|sk)_/', json_encode($shown))) {
                throw new LogicException('staff read keys');
            }
            $result = $shown[$function] ?? '';
        } else {
            $result = $service->$function(new Bean(array('id' => 11)), $db->row);
        }
    } catch (FOSSBilling\InformationException $e) {
        $result = $e->getMessage();
    }
    answer(array('result' => $result, 'row' => $db->row ? $db->row->values : null, 'log' => array()));
}
