<?php
// Blesta's side of a request to a server module: what it stores of what the module gives back, as docs.blesta.com (developers: module methods) and the
// comments of blesta/module-virtualmin at 5746b28 tell it. An order is added without the module and is pending; activation adds it again, with the
// module and all the fields that are stored. After an error nothing is stored. One run is one request: {"module", "function", "row", "package",
// "service", "domain", "vars", "language"} in; result, service and log out.
require __DIR__ . '/strict.php';
require __DIR__ . '/blesta_classes.php';
require __DIR__ . '/blesta_views.php';

$log = array();
$row = !$request['row'] ? null : (object) array('id' => 3, 'meta' => (object) $request['row']);
$package = (object) array('module_row' => 3, 'meta' => (object) $request['package']);
$stored = array();      // of the service: field -> {"value", "encrypted"}, with the value as it is in the database
$status = $request['service']['status'] ?? null;
foreach ($request['service']['fields'] ?? array() as $key => $field) {
    $stored[$key] = $field;
}
$service = service();

function store(array $field): void
{
    $GLOBALS['stored'][$field['key']] = array('value' => $field['encrypted'] ? sealed($field['value']) : $field['value'], 'encrypted' => $field['encrypted']);
}

/** As the model gives it to the module: fields in the clear. */
function service()
{
    $fields = array();
    foreach ($GLOBALS['stored'] as $key => $field) {
        $fields[] = (object) array('key' => $key, 'value' => $field['encrypted'] ? opened($field['value']) : $field['value']);
    }
    return (object) array('id' => 11, 'client_id' => 7, 'status' => $GLOBALS['status'] ?? 'pending', 'fields' => $fields);
}

require $request['module'] . '/teahouse.php';
$module = new Teahouse();

/** What staff reads of the module's errors; with none, the fields are stored and the service has the state. */
function done($fields, ?string $next): string
{
    global $module, $status, $service;
    if ($errors = $module->errors()) {
        return implode(' ', array_merge(...array_map('array_values', array_values($errors))));
    }
    foreach ((array) $fields as $field) {
        store($field);
    }
    $status = $next ?? $status;
    $service = service();
    return '';
}

function order(array $vars): string
{
    global $module, $package, $stored;
    $stored = array();
    return done($module->addService($package, array('use_module' => 'false') + $vars, null, null, 'pending'), 'pending');
}

function create(array $vars): string
{
    global $module, $package, $status, $service;
    if ($status === 'active' || $status === 'suspended') {
        return done($module->editService($package, $service, array('use_module' => 'true') + $vars), null);
    }
    if ($status !== 'pending' && ($refused = order($vars)) !== '') {
        return $refused;
    }
    $known = array_column($service->fields, 'value', 'key');
    return done($module->addService($package, array('use_module' => 'true', 'client_id' => 7) + $vars + $known, null, null, 'active'), 'active');
}

/** What a form has: the values of fields, options where there are some, and the HTML beside them. */
function form(ModuleFields $form): array
{
    return array('html' => $form->html, 'fields' => $form->fields);
}

$function = $request['function'];
$vars = $request['vars'] + array('teahouse_domain' => $request['domain']);
$empty = array();
if ($function === 'order' || $function === 'create') {
    $result = $function($vars);
} elseif ($function === 'create_at_once') {
    $result = done($module->addService($package, array('use_module' => 'true') + $vars, null, null, 'active'), 'active');
} elseif ($function === 'suspendService' || $function === 'unsuspendService' || $function === 'cancelService') {
    $next = array('suspendService' => 'suspended', 'unsuspendService' => 'active', 'cancelService' => 'canceled');
    $result = done($module->$function($package, $service), $next[$function]);
} elseif ($function === 'changeServicePackage') {
    $result = done($module->changeServicePackage((object) array('meta' => new stdClass()), $package, $service), null);
} elseif ($function === 'tabChat' || $function === 'tabFacts') {
    if (!isset(($function === 'tabChat' ? $module->getClientTabs($package) : $module->getAdminTabs($package))[$function])) {
        throw new LogicException("no tab $function");
    }
    $result = array('html' => $module->$function($package, $service, array(), $request['vars'], array()), 'refused' => done(null, null));
} elseif ($function === 'getClientServiceInfo' || $function === 'getAdminServiceInfo') {
    $result = $module->$function($service, $package);
} elseif ($function === 'addModuleRow') {
    $fields = $module->addModuleRow($request['row']);
    $result = array('refused' => done(null, null), 'fields' => $fields);
} elseif ($function === 'editModuleRow') {
    $fields = $module->editModuleRow($row, $request['vars']);
    $result = array('refused' => done(null, null), 'fields' => $fields);
} elseif ($function === 'manage') {
    $manage = (object) array('id' => 2, 'rows' => array($row), 'groups' => array((object) array('id' => 4, 'name' => $request['vars']['group'], 'rows' => array($row))));
    $result = $module->manageModule($manage, $empty) . $module->manageEditRow($row, $empty) . $module->manageAddRow($request['vars']);
} elseif ($function === 'package') {
    $form = form($module->getPackageFields((object) $request['vars']));
    $fields = $module->addPackage($request['vars']);
    $result = array('form' => $form, 'refused' => done(null, null), 'fields' => $fields);
} elseif ($function === 'forms') {
    $known = (object) array_column($service->fields, 'value', 'key');
    $result = array('admin' => form($module->getAdminAddFields($package, $known)), 'client' => form($module->getClientAddFields($package, $known)));
} elseif ($function === 'group') {
    $result = array(array_keys($module->getGroupOrderOptions()), $module->selectModuleRow(4), $module->selectModuleRow(5));
} else {
    throw new LogicException("no function $function here");
}
answer(array('result' => $result, 'service' => array('status' => $status, 'fields' => (object) $stored), 'log' => $log));
