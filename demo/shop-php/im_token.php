<?php
// The one function a site needs to sign its users in to the chat (PHP 5.3 or newer, no library): a JSON Web Token signed with the site's
// secret, good for an hour. Keep the secret on the server; the token itself may stand in the page.
function im_token($site, $secret, $id, $name)
{
    $b = function ($s) { return rtrim(strtr(base64_encode($s), '+/', '-_'), '='); };
    $data = $b('{"alg":"HS256","typ":"JWT"}') . '.'
        . $b(json_encode(array('iss' => $site, 'sub' => "$id", 'name' => $name, 'exp' => time() + 3600)));
    return $data . '.' . $b(hash_hmac('sha256', $data, $secret, true));
}
