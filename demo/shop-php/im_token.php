<?php
// The one function a site needs to sign its users in to the chat (PHP 5.4 or newer, no library): a JSON Web Token signed with the site's
// secret, good for an hour. Keep the secret on the server; the token itself may stand in the page.
// A site that is not in UTF-8 says in what it is: im_token($site, $secret, $id, $name, 'GBK').
function im_token($site, $secret, $id, $name, $charset = 'UTF-8')
{
    $b = function ($s) { return rtrim(strtr(base64_encode($s), '+/', '-_'), '='); };
    list($id, $name) = array("$id", "$name");
    if (strcasecmp($charset, 'UTF-8') !== 0) {
        $id = @iconv($charset, 'UTF-8', $id);
        $name = @iconv($charset, 'UTF-8//IGNORE', $name);
    }
    if ((string) $id === '' || !preg_match('//u', $id)) {
        throw new InvalidArgumentException("im_token: the user's id is empty, or no text in $charset; a fifth argument says the site's charset.");
    }
    if (!preg_match('//u', (string) $name)) {  // it is only shown, so it need not keep anybody out
        error_log("im_token: the name of user $id is no text in $charset; a fifth argument says the site's charset.");
        $name = htmlspecialchars_decode(htmlspecialchars($name, ENT_NOQUOTES | ENT_SUBSTITUTE, 'UTF-8'), ENT_NOQUOTES);
    }
    $claims = json_encode(array('iss' => $site, 'sub' => $id, 'name' => $name, 'exp' => time() + 3600));
    $data = $b('{"alg":"HS256","typ":"JWT"}') . '.' . $b($claims);
    return $data . '.' . $b(hash_hmac('sha256', $data, $secret, true));
}
