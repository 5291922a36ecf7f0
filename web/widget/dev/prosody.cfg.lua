-- Development only: two tenants on loopback. Run by dev/run.mjs, which sets the paths.
local dir = os.getenv("TEAHOUSE_DEV_DIR");
run_as_root = true
daemonize = false
pidfile = dir .. "/prosody.pid"
certificates = dir
data_path = dir .. "/data"
plugin_paths = { os.getenv("TEAHOUSE_DEV_MODULES") }
interfaces = { "127.0.0.1" }
local_interfaces = { "127.0.0.1" }
c2s_ports = { tonumber(os.getenv("TEAHOUSE_DEV_C2S") or "15222") }
s2s_ports = {}
http_ports = { tonumber(os.getenv("TEAHOUSE_DEV_WS") or "15280") }
https_ports = {}
http_default_host = "alpha.test"
consider_websocket_secure = true
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "devtoken"
devtoken_secret = os.getenv("TEAHOUSE_DEV_SECRET")
storage = "internal"
modules_enabled = { "roster", "saslauth", "disco", "ping", "time", "version", "websocket", "smacks", "carbons", "mam", "offline", "presence", "message", "iq" }
modules_disabled = { "s2s" }
smacks_hibernation_time = 120
default_archive_policy = true
archive_expires_after = "never"
log = { { levels = { min = os.getenv("TEAHOUSE_DEV_LOG") or "warn" }, to = "console" } }
VirtualHost "alpha.test"
VirtualHost "beta.test"
for _, host in ipairs { "alpha.test", "beta.test" } do
	Component ("rooms." .. host) "muc"
	modules_enabled = { "muc_mam" }
	muc_log_by_default = true
	muc_log_presences = false
	muc_room_default_persistent = true
	muc_room_default_public = true
	restrict_room_creation = false
	muc_room_locking = false
	muc_room_default_change_subject = true
end
