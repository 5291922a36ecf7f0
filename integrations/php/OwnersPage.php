<?php

namespace Teahouse;

/** What the owner of a service is shown: address, keys, code for their pages, and use of the plan. All HTML is made and escaped here. */
final class OwnersPage
{
    private const SHOWN = array('accounts', 'sessions', 'rooms', 'archive_bytes', 'files_total_bytes');

    /** @var array */
    private $t;
    /** @var string */
    private $origin;

    /** `$language` is a language tag or the name of one, as the product has it; `$origin` is where browsers reach the server. */
    public function __construct(string $language, string $origin)
    {
        $texts = require __DIR__ . '/texts.php';
        $this->t = $texts[preg_match('/^(zh|chinese)/i', $language) ? 'zh' : 'en'];
        $this->origin = rtrim($origin, '/');
        if (!preg_match('#^https?://[a-z0-9\[][a-z0-9.:\]-]*$#iD', $this->origin)) {
            throw new Refused("The widget's address must be an origin, as https://im.example; it is something else.");
        }
    }

    /** For the product's own buttons and titles; not escaped. */
    public function texts(): array
    {
        return $this->t;
    }

    /** `$state` and `$usage` are the server's answers, null where it did not answer. */
    public function html(Vault $vault, ?array $state, ?array $usage): string
    {
        if ($vault->get('site') === '') {
            return '<p>' . $this->say('none') . '</p>';
        }
        $out = '<div class="teahouse">';
        if (!$state) {
            $out .= '<p class="alert alert-warning">' . $this->say('away') . '</p>';
        } elseif ($state['suspended']) {
            $out .= '<p class="alert alert-warning">' . $this->say('suspended') . ' ' . self::h($state['suspend_reason'] ?? '') . '</p>';
        }
        $out .= '<h3>' . $this->say('embed') . '</h3>' . $this->embed($vault)
            . '<p>' . $this->say('embed_php') . '</p>' . $this->hidden(self::code($this->php($vault)))
            . '<h3>' . $this->say('details') . '</h3><table class="table table-striped">'
            . $this->row('domain', self::inline($vault->get('domain'))) . $this->row('widget', self::inline($this->origin . '/w.js'))
            . $this->row('api', self::inline($this->origin . '/v1/')) . $this->row('site', self::inline($vault->get('site')))
            . $this->row('api_key', $this->hidden(self::inline($vault->get('api_key'))))
            . $this->row('signing_secret', $this->hidden(self::inline($vault->get('signing_secret')))) . '</table>';
        return $out . ($usage ? $this->used($usage) : '') . '</div>';
    }

    /** The line for their pages alone; it has no secret. */
    public function embed(Vault $vault): string
    {
        return '<p>' . $this->say('embed_html') . '</p>' . self::code($this->tag($vault->get('site')));
    }

    /** Rows for administrators, label and HTML; no secrets. */
    public function facts(array $state, array $usage): array
    {
        $disk = Tenant::disk($usage);
        return array(
            'Tenant' => self::h($state['name']), 'Domain' => self::h($state['domain']), 'Site' => self::h($state['site']),
            'Plan' => self::h($state['plan']), 'State' => $state['suspended'] ? 'suspended: ' . self::h($state['suspend_reason'] ?? '') : 'in service',
            'Accounts' => self::h($usage['limits']['accounts']['used'] . ' of ' . self::most($usage['limits']['accounts']['limit'], 'unlimited')),
            'Disk' => self::h($disk['used'] . ' MB of ' . ($disk['limit'] ? $disk['limit'] . ' MB' : 'unlimited')),
        );
    }

    private function tag(string $site, string $more = ''): string
    {
        return '<script async crossorigin src="' . self::h($this->origin) . '/w.js" data-site="' . self::h($site) . '"' . $more . '></script>';
    }

    /** For pages of users who are signed in at the owner's site: PHP 5.4 or newer, no library. */
    private function php(Vault $vault): string
    {
        return "<?php  // {$this->t['php_user']}\n"
            . '$b = function ($s) { return rtrim(strtr(base64_encode($s), \'+/\', \'-_\'), \'=\'); };' . "\n"
            . '$claims = array(\'iss\' => ' . var_export($vault->get('site'), true) . ', \'sub\' => (string) $user_id, \'name\' => $user_name, '
            . '\'exp\' => time() + 3600);' . "\n"
            . '$data = $b(\'{"alg":"HS256","typ":"JWT"}\') . \'.\' . $b(json_encode($claims));' . "\n"
            . '$token = $data . \'.\' . $b(hash_hmac(\'sha256\', $data, ' . var_export($vault->get('signing_secret'), true) . ', true));' . "\n"
            . "?>\n" . $this->tag($vault->get('site'), ' data-token="<?= $token ?>"');
    }

    private function used(array $usage): string
    {
        $out = '<h3>' . $this->say('used') . '</h3><table class="table table-striped">' . $this->row('plan', self::h($usage['plan']));
        foreach (self::SHOWN as $name) {
            $limit = $usage['limits'][$name];
            $show = function (int $n) use ($name) {
                return substr($name, -6) === '_bytes' ? self::bytes($n) : number_format($n);
            };
            $most = $limit['limit'] < 0 ? $this->t['unlimited'] : $show($limit['limit']);
            $out .= $this->row($name, self::h(sprintf($this->t['of'], $show($limit['used']), $most)));
        }
        return $out . '</table>';
    }

    private static function bytes(int $n): string
    {
        foreach (array('GiB' => 1073741824, 'MiB' => 1048576) as $unit => $size) {
            if ($n >= $size) {
                return round($n / $size, 1) . " $unit";
            }
        }
        return ceil($n / 1024) . ' KiB';
    }

    private static function most(int $limit, string $unlimited): string
    {
        return $limit < 0 ? $unlimited : (string) $limit;
    }

    private function row(string $text, string $html): string
    {
        return '<tr><th scope="row">' . $this->say($text) . "</th><td>$html</td></tr>";
    }

    private function hidden(string $html): string
    {
        return '<details><summary>' . $this->say('show') . "</summary>$html</details>";
    }

    private function say(string $text): string
    {
        return self::h($this->t[$text]);
    }

    private static function inline(string $text): string
    {
        return '<code style="overflow-wrap:anywhere">' . self::h($text) . '</code>';  // keys are long, phones narrow
    }

    private static function code(string $text): string
    {
        return '<pre>' . self::h($text) . '</pre>';
    }

    private static function h(string $text): string
    {
        return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
    }
}
