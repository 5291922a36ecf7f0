-- Development only: SASL PLAIN whose password is an HS256 site token (or the plain word "secret" for other clients).
-- The real server is src/; this lets the widget's stream layer be tried against an independent XMPP server.
local new_sasl = require "util.sasl".new;
local jwt = require "util.jwt";
local jid_escape = require "util.jid".escape;
local secret = module:get_option_string("devtoken_secret");
local provider = {};
function provider.test_password(username, password)
	if password == "secret" then return true; end
	local ok, claims = jwt.verify(secret, password);
	return ok and jid_escape(tostring(claims.sub):lower()) == username and claims.exp > os.time();
end
function provider.user_exists() return true; end
function provider.users() return function() end; end
function provider.create_user() return true; end
function provider.get_sasl_handler()
	return new_sasl(module.host, { plain_test = function(_, username, password)
		return provider.test_password(username, password), true;
	end });
end
module:provides("auth", provider);
