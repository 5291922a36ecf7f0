<?php
// Paymenter's side of a request to a server extension, after its source at ce12be7: app/Helpers/ExtensionHelper.php (who is called, with what),
// app/Classes/Extension, app/Livewire/Services/Show.php (views and buttons), app/Models/Property.php; and of Laravel's query builder and Crypt what the extension uses.
// One run is one request: {"module", "function", "config", "settings", "properties", "locale", "domain"} in; result, properties and log out.

namespace App\Classes\Extension {
    class Server
    {
        public $config;

        public function __construct($config = array())
        {
            $this->config = $config;
        }

        public function config($key)
        {
            return $this->config[$key] ?? null;
        }
    }
}

namespace App\Exceptions {
    class DisplayException extends \Exception
    {
    }
}

namespace App\Rules {
    class Domain
    {
    }
}

namespace Illuminate\Contracts\Encryption {
    class DecryptException extends \RuntimeException
    {
    }
}

namespace Illuminate\Support\Facades {
    class Crypt
    {
        public static function encryptString(string $text): string
        {
            return \sealed($text);
        }

        public static function decryptString(string $sealed): string
        {
            return \opened($sealed);
        }
    }
}

namespace App\Models {
    class Service
    {
        public function properties(): Properties
        {
            return new Properties();
        }
    }

    /** The relation: rows with key, name and value. */
    class Properties
    {
        private $key;

        public function where(string $column, string $key): self
        {
            if ($column !== 'key') {
                throw new \LogicException("no search by $column here");
            }
            $this->key = $key;
            return $this;
        }

        public function value(string $column)
        {
            return $GLOBALS['properties'][$this->key][$column] ?? null;
        }

        public function delete(): int
        {
            unset($GLOBALS['properties'][$this->key]);
            return 1;
        }

        public function updateOrCreate(array $found, array $values): void
        {
            $GLOBALS['properties'][$found['key']] = $values;
        }
    }
}

namespace {
    require __DIR__ . '/strict.php';
    $properties = $request['properties'];
    $log = array();

    function app()
    {
        return new class {
            public function getLocale(): string
            {
                return $GLOBALS['request']['locale'];
            }
        };
    }

    function report(Throwable $e): void
    {
        $GLOBALS['log'][] = $e->getMessage();
    }

    function route(string $name, $service): string
    {
        if ($name !== 'services.show') {
            throw new LogicException("no route $name here");
        }
        return 'https://billing.example/services/11';
    }

    require $request['module'] . '/Teahouse.php';
    $extension = new Paymenter\Extensions\Servers\Teahouse\Teahouse($request['config']);
    $service = new App\Models\Service();
    $function = $request['function'];
    $known = array('domain' => $request['domain']) + array_map(function ($row) { return $row['value']; }, $properties);
    try {
        if (in_array($function, array('testConfig', 'getProductConfig', 'getConfig', 'getCheckoutConfig'), true)) {
            $result = $extension->$function();
        } elseif ($function === 'getView') {
            $result = $extension->getView($service, $request['settings'], $known, $extension->getActions($service, $request['settings'], $known)[0]['name']);
        } else {
            $result = $extension->$function($service, $request['settings'], $known);
        }
    } catch (Teahouse\Refused $refused) {  // a failed job, whose message the administrator reads
        $result = $refused->getMessage();
    } catch (App\Exceptions\DisplayException $shown) {
        $result = $shown->getMessage();
    }
    answer(array('result' => $result, 'properties' => (object) $properties, 'log' => $log));
}
