<?php
// WHMCS provisioning module: sells tenants of a Teahouse server. The contract is that of developers.whmcs.com/provisioning-modules.
if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

require_once __DIR__ . '/lib/load.php';
require_once __DIR__ . '/WhmcsVault.php';

use Teahouse\Api;
use Teahouse\OwnersPage;
use Teahouse\Refused;
use Teahouse\Tenant;
use Teahouse\WhmcsVault;
use WHMCS\Database\Capsule;

function teahouse_MetaData()
{
    return array('DisplayName' => 'Teahouse instant messaging', 'APIVersion' => '1.1', 'RequiresServer' => true,
        'DefaultNonSSLPort' => '8080', 'DefaultSSLPort' => '443');
}

function teahouse_ConfigOptions()
{
    return array(
        'Plan' => array('Type' => 'text', 'Size' => '25', 'Loader' => 'teahouse_plans', 'SimpleMode' => true,
            'Description' => 'The plan of the Teahouse server that customers of this product get'),
        'Guests' => array('Type' => 'yesno', 'SimpleMode' => true, 'Description' => 'Visitors may chat without signing in'),
        'Widget address' => array('Type' => 'text', 'Size' => '25', 'SimpleMode' => true,
            'Description' => 'Where browsers reach the server, as https://im.example; empty: hostname and port of the server record'),
    );
}

/** The plans of the product's server, for the drop-down of ConfigOptions. */
function teahouse_plans(array $params)
{
    $plans = array();
    foreach (teahouse_api($params)->call('GET', array('plans'))['plans'] as $plan) {
        $plans[$plan['name']] = $plan['name'];
    }
    return $plans;
}

function teahouse_TestConnection(array $params)
{
    $error = teahouse_try($params, function (Api $api) {
        $api->call('GET', array('ping'));
    });
    return array('success' => $error === 'success', 'error' => $error === 'success' ? '' : $error);
}

function teahouse_CreateAccount(array $params)
{
    return teahouse_try($params, function (Api $api, Tenant $tenant) use ($params) {
        $tenant->create((string) $params['domain'], (string) $params['configoption1'], $params['configoption2'] === 'on');
    });
}

function teahouse_SuspendAccount(array $params)
{
    return teahouse_try($params, function (Api $api, Tenant $tenant) use ($params) {
        $tenant->suspend(isset($params['suspendreason']) ? (string) $params['suspendreason'] : '');
    });
}

function teahouse_UnsuspendAccount(array $params)
{
    return teahouse_try($params, function (Api $api, Tenant $tenant) {
        $tenant->resume();
    });
}

function teahouse_TerminateAccount(array $params)
{
    return teahouse_try($params, function (Api $api, Tenant $tenant) {
        $tenant->remove();
    });
}

function teahouse_ChangePackage(array $params)
{
    return teahouse_try($params, function (Api $api, Tenant $tenant) use ($params) {
        $tenant->changePlan((string) $params['configoption1']);
    });
}

function teahouse_NewApiKey(array $params)
{
    return teahouse_try($params, function (Api $api, Tenant $tenant) {
        $tenant->newApiKey();
    });
}

function teahouse_NewSigningSecret(array $params)
{
    return teahouse_try($params, function (Api $api, Tenant $tenant) {
        $tenant->newSigningSecret();
    });
}

function teahouse_AdminCustomButtonArray()
{
    return array('New API key' => 'NewApiKey', 'New signing secret' => 'NewSigningSecret');
}

function teahouse_ClientAreaCustomButtonArray()
{
    $texts = require __DIR__ . '/lib/texts.php';
    $t = $texts[strncmp(teahouse_language(array()), 'chinese', 7) ? 'en' : 'zh'];
    return array($t['new_api_key'] => 'NewApiKey', $t['new_signing_secret'] => 'NewSigningSecret');
}

function teahouse_AdminServicesTabFields(array $params)
{
    try {
        $api = teahouse_api($params);
        $tenant = new Tenant($api, new WhmcsVault($params['model']));
        $page = new OwnersPage('english', $api->origin());
        return $page->facts($tenant->state(), $tenant->usage());
    } catch (Refused $refused) {
        return array('Teahouse' => htmlspecialchars($refused->getMessage(), ENT_QUOTES, 'UTF-8'));
    }
}

function teahouse_ClientArea(array $params)
{
    $state = $usage = null;
    try {
        $vault = new WhmcsVault($params['model']);
        $api = teahouse_api($params);
        $page = new OwnersPage(teahouse_language($params), trim((string) $params['configoption3']) ?: $api->origin());
        if ($vault->get('site') !== '') {
            try {
                $tenant = new Tenant($api, $vault);
                $state = $tenant->state();
                $usage = $tenant->usage();
            } catch (Refused $away) {
                $state = $usage = null;  // the page says so; the module log has the sentence
            }
        }
        $html = $page->html($vault, $state, $usage);
    } catch (Refused $refused) {  // of the product's or the server's configuration, which is not the owner's
        logModuleCall('teahouse', __FUNCTION__, array('serviceid' => $params['serviceid']), $refused->getMessage(), '', array());
        $html = '';
    }
    return array('templatefile' => 'clientarea', 'vars' => array('teahouse_page' => $html));
}

/** Runs once a day for each server: what lies on its disk, into tblhosting. WHMCS counts in MB, and 0 is unlimited. */
function teahouse_UsageUpdate(array $params)
{
    return teahouse_try($params, function (Api $api) use ($params) {
        $services = Capsule::table('tblhosting')->where('server', $params['serverid'])->whereIn('domainstatus', array('Active', 'Suspended'))->get();
        foreach ($services as $service) {
            foreach (Tenant::ofDomain($api, (string) $service->domain) as $tenant) {
                $disk = Tenant::disk($api->call('GET', array('tenants', $tenant['name'], 'usage')));
                Capsule::table('tblhosting')->where('id', $service->id)->update(
                    array('diskusage' => $disk['used'], 'disklimit' => $disk['limit'], 'lastupdate' => date('Y-m-d H:i:s')));
            }
        }
    });
}

/** 'success', or the sentence for the administrator. */
function teahouse_try(array $params, callable $step)
{
    try {
        $api = teahouse_api($params);
        $step($api, isset($params['model']) ? new Tenant($api, new WhmcsVault($params['model'])) : null);
        return 'success';
    } catch (Refused $refused) {
        return $refused->getMessage();
    }
}

function teahouse_api(array $params)
{
    $params += array_fill_keys(array('serveraccesshash', 'serverpassword', 'serverhostname', 'serverip', 'serverport', 'serversecure'), '');
    $key = trim((string) ($params['serveraccesshash'] ?: $params['serverpassword']));
    $log = function ($call, $fields, $answer) use ($key) {
        logModuleCall('teahouse', $call, $fields, $answer, '', array($key));
    };
    $host = $params['serverhostname'] ?: $params['serverip'];
    return new Api((string) $host, (int) $params['serverport'], (bool) $params['serversecure'], $key, $log);
}

/** WHMCS's name of the language that the page is in: english, chinese-cn, … */
function teahouse_language(array $params)
{
    if (!empty($_SESSION['Language'])) {
        return strtolower((string) $_SESSION['Language']);
    }
    return isset($params['clientsdetails']['language']) ? strtolower((string) $params['clientsdetails']['language']) : '';
}
