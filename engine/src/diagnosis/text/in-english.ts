/**
 * What the C library says in other languages (its message catalogues `libc.mo`), as it says it in English: rules are
 * written once. Only sentences that decide something here.
 */
const phrases: Record<string, readonly string[]> = {
  'address already in use': [
    'die adresse wird bereits verwendet',
    'adresse bereits in benutzung',
    'adresse wird bereits verwendet',
    'adresse déjà utilisée',
    "l'adresse est déjà utilisée",
    'la dirección ya se está usando',
    'dirección ya en uso',
    'la dirección ya está en uso',
    'indirizzo già in uso',
    'endereço já em uso',
    'endereço já está em uso',
    'адрес уже используется',
    '地址已在使用',
    '地址已被使用',
  ],
  'permission denied': [
    'keine berechtigung',
    'zugriff verweigert',
    'permission non accordée',
    'permission refusée',
    'permiso denegado',
    'permesso negato',
    'permissão negada',
    'отказано в доступе',
    '权限不够',
    '拒绝访问',
  ],
  'connection refused': [
    'verbindungsaufbau abgelehnt',
    'verbindung verweigert',
    'connexion refusée',
    'conexión rehusada',
    'conexión rechazada',
    'conexión denegada',
    'connessione rifiutata',
    'conexão recusada',
    'в соединении отказано',
    '拒绝连接',
    '连接被拒绝',
  ],
  'no such file or directory': [
    'datei oder verzeichnis nicht gefunden',
    'aucun fichier ou dossier de ce type',
    'aucun fichier ou répertoire de ce type',
    'no existe el archivo o el directorio',
    'no existe el fichero o el directorio',
    'file o directory non esistente',
    'arquivo ou diretório inexistente',
    'arquivo ou diretório não encontrado',
    'нет такого файла или каталога',
    '没有那个文件或目录',
  ],
  'no space left on device': [
    'auf dem gerät ist kein speicherplatz mehr verfügbar',
    'kein speicherplatz mehr auf dem gerät verfügbar',
    'aucun espace disponible sur le périphérique',
    'no queda espacio en el dispositivo',
    'spazio esaurito sul device',
    'não há espaço disponível no dispositivo',
    'на устройстве не осталось свободного места',
    '设备上没有空间',
  ],
  'operation not permitted': [
    'vorgang nicht zulässig',
    'die operation ist nicht erlaubt',
    'opération non permise',
    'operación no permitida',
    'operazione non permessa',
    'operação não permitida',
  ],
  'read-only file system': [
    'das dateisystem ist nur lesbar',
    'système de fichiers accessible en lecture seulement',
    'sistema de ficheros de sólo lectura',
    'sistema de archivos de sólo lectura',
    'sistema de arquivos somente para leitura',
  ],
  'command not found': [
    'befehl nicht gefunden',
    'kommando nicht gefunden',
    'commande introuvable',
    'orden no encontrada',
    'comando não encontrado',
    'comando non trovato',
    '未找到命令',
  ],
  'name or service not known': [
    'der name oder der dienst ist nicht bekannt',
    'nom ou service inconnu',
    'nombre o servicio desconocido',
    'nome o servizio sconosciuto',
    'nome ou serviço desconhecido',
  ],
  'temporary failure in name resolution': [
    'temporärer fehler bei der namensauflösung',
    'échec temporaire dans la résolution du nom',
    'fallo temporal en la resolución del nombre',
    'falha temporária na resolução de nome',
  ],
  'connection timed out': [
    'die wartezeit für die verbindung ist abgelaufen',
    'verbindungszeitüberschreitung',
    'connexion terminée par expiration du délai',
    'expiró el tiempo de conexión',
    'tempo esgotado para conexão',
    'connessione scaduta',
  ],
  'no route to host': [
    'keine route zum zielrechner',
    "aucun chemin d'accès pour atteindre l'hôte cible",
    "no existe ninguna ruta hasta el `host'",
    'não há rota para o host',
    "nessun instradamento per l'host",
  ],
  'too many open files': [
    'zu viele offene dateien',
    'trop de fichiers ouverts',
    'demasiados archivos abiertos',
    'demasiados ficheros abiertos',
    'arquivos abertos demais',
  ],
  'cannot allocate memory': [
    'nicht genügend hauptspeicher verfügbar',
    "impossible d'allouer de la mémoire",
    'no se pudo asignar memoria',
    'não foi possível alocar memória',
  ],
  killed: ['getötet', 'processus arrêté'],
  'is a directory': ['ist ein verzeichnis', 'est un dossier', 'es un directorio', 'é um diretório'],
  'file exists': [
    'die datei existiert bereits',
    'le fichier existe',
    'el archivo ya existe',
    'el fichero ya existe',
    'arquivo existe',
  ],
  'disk quota exceeded': [
    'der zugewiesene plattenplatz (quota) ist überschritten',
    "débordement du quota d'espace disque",
    'se ha excedido la cuota de disco',
  ],
}

const english = new Map(Object.entries(phrases).flatMap(([by, said]) => said.map((one) => [one, by] as const)))

/** Every phrase in another language, in lower case. */
export const localizedPhrases: readonly string[] = [...english.keys()]

const escaped = localizedPhrases.map((one) => one.replaceAll(/[()]/g, String.raw`\$&`))
const any = new RegExp(escaped.join('|'), 'gi')

export const inEnglish = (line: string): string => line.replace(any, (said) => english.get(said.toLowerCase()) ?? said)
