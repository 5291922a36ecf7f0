<?php
// Blesta's views and their helpers, as the templates of blesta/module-virtualmin at 5746b28 use them: a .pdt is PHP, and helpers print.
#[AllowDynamicProperties]  // helpers become properties of a view
final class View
{
    public $base_uri;
    private $name;
    private $folder;
    private $values = array();

    public function __construct($name, $folder)
    {
        $this->name = $name;
        $this->folder = $folder;
    }

    public function setDefaultView($path): void
    {
        if ($path !== 'components' . DS . 'modules' . DS . 'teahouse' . DS) {
            throw new LogicException("no views at $path");
        }
    }

    public function set($name, $value): void
    {
        $this->values[$name] = $value;
    }

    public function fetch(): string
    {
        extract($this->values);
        ob_start();
        require $GLOBALS['request']['module'] . "/views/$this->folder/$this->name.pdt";
        return ob_get_clean();
    }

    public function _($word, $return = false)
    {
        return Language::_($word, $return);
    }
}

final class Html
{
    public function safe($text): string
    {
        return htmlspecialchars((string) $text, ENT_QUOTES, 'UTF-8');
    }
}

final class Form
{
    public function create($to = null, array $attributes = array()): void
    {
        echo '<form method="post" action="', htmlspecialchars((string) $to), '"><input type="hidden" name="_csrf_token" value="x">';
    }

    public function fieldText($name, $value = null, array $attributes = array()): void
    {
        echo '<input type="text" name="', htmlspecialchars($name), '" value="', htmlspecialchars((string) $value), '">';
    }

    public function fieldHidden($name, $value = null, array $attributes = array()): void
    {
        echo '<input type="hidden" name="', htmlspecialchars($name), '" value="', htmlspecialchars((string) $value), '">';
    }

    public function fieldPassword($name, array $attributes = array()): void
    {
        echo '<input type="password" name="', htmlspecialchars($name), '" value="', htmlspecialchars($attributes['value'] ?? ''), '">';
    }

    public function end(): void
    {
        echo '</form>';
    }
}

final class Widget
{
    public function clear(): void
    {
    }

    public function setLinkButtons(array $buttons): void
    {
        foreach ($buttons as $button) {
            echo '<a href="', htmlspecialchars($button['attributes']['href']), '">', $button['name'], '</a>';
        }
    }

    public function create($title): void
    {
        echo '<h2>', $title, '</h2>';
    }

    public function end(): void
    {
    }
}
