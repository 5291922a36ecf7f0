<?php
// Blesta's classes as far as a module meets them, after docs.blesta.com (developers: modules, module methods, ModuleFields, error checking,
// translating) and blesta/module-virtualmin at 5746b28 (which components, models, helpers and views a module is given, and how it calls them).
const DS = DIRECTORY_SEPARATOR;

final class Language
{
    private static $words = array();

    /** English is below every other language. */
    public static function loadLang($file, $language, $folder): void
    {
        foreach (array_unique(array('en_us', $GLOBALS['request']['language'])) as $name) {
            $lang = array();
            require "$folder$name/$file.php";
            if (self::$words && ($other = array_merge(array_diff_key(self::$words, $lang), array_diff_key($lang, self::$words)))) {
                throw new LogicException('the languages have not the same words: ' . implode(', ', array_keys($other)));
            }
            self::$words = $lang;
        }
    }

    public static function _($word, $return = false)
    {
        if (!isset(self::$words[$word])) {
            throw new LogicException("no word $word");
        }
        if ($return) {
            return self::$words[$word];
        }
        echo self::$words[$word];
    }
}

final class Loader
{
    public static function loadComponents($parent, array $names): void
    {
        self::give($parent, $names, array('Input'));
    }

    public static function loadModels($parent, array $names): void
    {
        self::give($parent, $names, array('Services', 'ModuleManager'));
    }

    public static function loadHelpers($parent, array $names): void
    {
        self::give($parent, $names, array('Form', 'Html', 'Widget'));
        self::give($parent->view, $names, $names);
    }

    private static function give($parent, array $names, array $known): void
    {
        foreach ($names as $name) {
            if (!in_array($name, $known, true)) {
                throw new LogicException("no $name here");
            }
            $parent->$name = $parent->$name ?? new $name();
        }
    }
}

/** Rules that are true or false; a rule's failure is its message, below field and rule. */
final class Input
{
    private $rules = array();
    private $errors = array();

    public function setRules(array $rules): void
    {
        $this->rules = $rules;
    }

    public function validates(&$vars): bool
    {
        $this->errors = array();
        foreach ($this->rules as $field => $rules) {
            foreach ($rules as $name => $rule) {
                if (!is_bool($rule['rule'])) {
                    throw new LogicException('this harness knows rules that are true or false');
                }
                if (!$rule['rule']) {
                    $this->errors[$field][$name] = $rule['message'];
                }
            }
        }
        return !$this->errors;
    }

    public function setErrors(array $errors): void
    {
        $this->errors = $errors;
    }

    public function errors()
    {
        return $this->errors ?: false;
    }
}

/** Of the model of services what the documentation of its fields says: one is changed where it is, and added where it is not. */
final class Services
{
    public function editField($id, array $field): void
    {
        $this->put($id, $field, true);
    }

    public function addField($id, array $field): void
    {
        $this->put($id, $field, false);
    }

    public function errors()
    {
        return false;
    }

    private function put($id, array $field, bool $is_there): void
    {
        if ($id !== $GLOBALS['service']->id || isset($GLOBALS['stored'][$field['key']]) !== $is_there) {
            throw new LogicException("a field $field[key] of another service, or that is there already, or is not");
        }
        store($field);
    }
}

final class ModuleManager
{
    public function getGroup($id)
    {
        return $id === 4 ? (object) array('id' => 4, 'add_order' => 'first', 'rows' => array($GLOBALS['row'])) : false;
    }
}

#[AllowDynamicProperties]  // components, models and helpers become properties of a module
abstract class Module
{
    protected $base_uri = '/admin/';

    public function errors()
    {
        return $this->Input->errors();
    }

    protected function loadConfig($file): void
    {
        $config = json_decode(file_get_contents($file), true, 16, JSON_THROW_ON_ERROR);
        if (array_diff(array('version', 'name', 'authors', 'service', 'module'), array_keys($config)) || !is_file(dirname($file) . "/$config[logo]")) {
            throw new LogicException('config.json lacks something');
        }
        foreach (array($config['name'], $config['description'], $config['module']['row'], $config['module']['rows'], $config['module']['group']) as $word) {
            Language::_($word, true);
        }
    }

    protected function getModuleRow($id = null)
    {
        return $id === null || $id === 3 ? $GLOBALS['row'] : null;
    }

    protected function getModuleRows($group = null): array
    {
        return $GLOBALS['row'] ? array($GLOBALS['row']) : array();
    }

    protected function log($url, $data = null, $direction = 'input', $success = false): void
    {
        $GLOBALS['log'][] = array($url, $data, $direction, $success);
    }
}

/** Fields as arrays, which is all that a form needs to know. */
final class ModuleFields
{
    public $fields = array();
    public $html = '';

    public function label($text, $for)
    {
        return new class ($text) {
            public $text;
            public $field;

            public function __construct($text)
            {
                $this->text = $text;
            }

            public function attach(array $field): void
            {
                $this->field = $field;
            }
        };
    }

    public function fieldText($name, $value = null, array $attributes = array()): array
    {
        return array('name' => $name, 'value' => $value);
    }

    public function fieldHidden($name, $value = null, array $attributes = array()): array
    {
        return array('name' => $name, 'value' => $value);
    }

    public function fieldSelect($name, array $options = array(), $value = null, array $attributes = array()): array
    {
        return array('name' => $name, 'value' => $value, 'options' => $options);
    }

    public function setField($field): void
    {
        $field = is_array($field) ? $field : $field->field;
        $this->fields[$field['name']] = $field;
    }

    public function setHtml($html): void
    {
        $this->html = $html;
    }
}
